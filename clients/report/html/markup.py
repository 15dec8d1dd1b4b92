"""Markup: HTML that is safe by construction, as every text that is not markup yet is escaped on its way in."""

import html
from math import isfinite

from clients.report.numerals import write_plain

VOID_TAGS = frozenset({"br", "hr", "input", "meta"})
# A browser would drop or misread control characters: their pictures show that they are there.
CONTROL_PICTURES = {code: 0x2400 + code for code in range(0x20) if chr(code) not in "\t\n\r"} | {0x7F: 0x2421}
# The marks that turn the direction of writing would turn our words around them too.
DIRECTION_MARKS = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)], 0xFFFD)
SHOWN = CONTROL_PICTURES | DIRECTION_MARKS

Attribute = str | int | float | bool | None


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


def element(tag: str, /, *children: str | None, **attributes: Attribute) -> Markup:
    """Write an element. `class_` is `class`, `aria_label` is `aria-label`; an attribute that is None or False is left out."""
    opening = f"<{tag}{''.join(_attribute(name, value) for name, value in attributes.items())}>"
    return Markup(opening if tag in VOID_TAGS else f"{opening}{join(*children)}</{tag}>")


def join(*children: str | None) -> Markup:
    """Put children behind each other."""
    return Markup("".join(child if isinstance(child, Markup) else escape(child) for child in children if child is not None))


def escape(text: str) -> Markup:
    """Make any text inert, character by character: mark-up, control characters and lone surrogates included."""
    encodable = text.encode("utf-8", "replace").decode("utf-8")
    return Markup(html.escape(encodable.translate(SHOWN)))


def write_place(value: float) -> str:
    """Write a number of a drawing; one that is not finite would be a broken one."""
    if not isfinite(value):
        raise ValueError(f"expected a finite number to draw, got {value}")
    return write_plain(value)


def _attribute(name: str, value: Attribute) -> str:
    if value is None or value is False:
        return ""
    html_name = name.rstrip("_").replace("_", "-")
    if value is True:
        return f" {html_name}"
    return f' {html_name}="{write_place(value) if isinstance(value, int | float) else escape(value)}"'
