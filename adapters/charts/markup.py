"""Elements of SVG and HTML, safe by construction: every text that is not markup yet is escaped on its way in."""

import html

VOID_TAGS = frozenset({"br", "hr", "meta"})
# XML has no place for control characters: their pictures show that they are there.
CONTROL_PICTURES = {code: 0x2400 + code for code in range(0x20) if chr(code) not in "\t\n\r"} | {0x7F: 0x2421}
CONTROL_PICTURES |= dict.fromkeys([*range(0x80, 0xA0), 0xFFFE, 0xFFFF], 0xFFFD)
# The marks that turn the direction of writing would turn our words around them too.
DIRECTION_MARKS = dict.fromkeys([0x200E, 0x200F, 0x061C, *range(0x202A, 0x202F), *range(0x2066, 0x206A)], 0xFFFD)
SHOWN = CONTROL_PICTURES | DIRECTION_MARKS


class Markup(str):
    """Text that is SVG or HTML already."""

    __slots__ = ()


def element(tag: str, /, *children: str | None, **attributes: str | float | None) -> Markup:
    """Write an element. `class_` is `class`, `text_anchor` is `text-anchor`; an attribute that is None is left out."""
    named = "".join(
        f' {name.rstrip("_").replace("_", "-")}="{_attribute(value)}"' for name, value in attributes.items() if value is not None
    )
    return Markup(f"<{tag}{named}>" if tag in VOID_TAGS else f"<{tag}{named}>{join(*children)}</{tag}>")


def join(*children: str | None) -> Markup:
    """Put children behind each other."""
    return Markup("".join(child if isinstance(child, Markup) else escape(child) for child in children if child is not None))


def escape(text: str) -> Markup:
    """Make any text inert, character by character: mark-up, control characters and lone surrogates included."""
    return Markup(html.escape(text.translate(SHOWN).encode("utf-8", "replace").decode()))


def _attribute(value: str | float) -> str:
    return escape(value) if isinstance(value, str) else write_place(value)


def write_place(value: float) -> str:
    """Write a number of a drawing, as short as can be told apart on paper."""
    return f"{round(value, 2) + 0.0:.2f}".rstrip("0").rstrip(".")
