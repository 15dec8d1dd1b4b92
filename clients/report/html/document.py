"""One HTML page that asks for nothing else: style, script and drawings stand in it, and its policy forbids the rest."""

import hashlib
from base64 import b64encode
from collections.abc import Sequence
from pathlib import Path

import msgspec

from clients.report.html.markup import Markup, element

PAGE_DIR = Path(__file__).parent


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """A part of the page under a heading."""

    key: str  # its id
    heading: str
    parts: tuple[Markup | None, ...]
    is_wide: bool = False


def render_document(
    title: str,
    header: Markup,
    notes: Markup | None,
    sections: Sequence[Section],
    *,
    version: str | None,
    script: str | None = None,
    more_style: str = "",
) -> str:
    """Write a page of sections, of which each has a link at the top; `more_style` is what it needs beside the common one."""
    style = Markup((PAGE_DIR / "style.css").read_text(encoding="utf-8") + more_style)
    code = None if script is None else Markup(script)
    contents = element("nav", *(element("a", section.heading, href=f"#{section.key}") for section in sections), aria_label="Contents")
    body = element(
        "body",
        element("a", "Skip to the results", href=f"#{sections[0].key}", class_="skip"),
        header,
        contents,
        element("main", notes, *map(_render, sections)),
        element("footer", element("p", f"Made by candor {version or ''}".rstrip(), ".")),
        None if code is None else element("script", code),
    )
    return f"<!doctype html>\n{element('html', _head(title, style, code), body, lang='en')}\n"


def _head(title: str, style: Markup, script: Markup | None) -> Markup:
    scripts = "" if script is None else f" script-src '{_hash(script)}';"
    policy = f"default-src 'none'; style-src '{_hash(style)}';{scripts} base-uri 'none'; form-action 'none'"
    return element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=policy),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("meta", name="referrer", content="no-referrer"),
        element("title", title),
        element("style", style),
    )


def _hash(text: str) -> str:
    return "sha256-" + b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _render(section: Section) -> Markup:
    heading_id = f"{section.key}-heading"
    heading = element("h2", section.heading, id=heading_id)
    css_class = "wide" if section.is_wide else None
    return element("section", heading, *section.parts, id=section.key, aria_labelledby=heading_id, class_=css_class)
