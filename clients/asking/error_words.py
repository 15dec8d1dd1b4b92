"""The endpoint's own words for what went wrong."""

import html
import re
from typing import Any

from clients.one_line import one_line

MAX_CHARS = 300
KEYS = ("message", "detail", "error", "msg", "title")  # where an error has its words
FORWARDED = "raw"  # what a gateway was told by whom it asked, in its `metadata`
PAGE = re.compile(r"\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL)
TITLE = re.compile(r"<title[^>]*>([^<]*\S[^<]*)</title", re.IGNORECASE)
UNSEEN = re.compile(r"<(?:style|script)\b.*?(?:</(?:style|script)\s*>|\Z)|<!--.*?(?:-->|\Z)|<[^>]*>", re.IGNORECASE | re.DOTALL)


def read_error_words(error: Any) -> str:
    """Take the message out of an error.

    OpenAI has it in an object, mlx_lm.server has a bare string, Google a list of errors, FastAPI `detail`, Mistral such a detail as its
    message, and proxies whole pages, of which the title says most.
    """
    words = one_line(_words(error))
    return words if len(words) <= MAX_CHARS else words[: MAX_CHARS - 1] + "…"


def is_page(text: str) -> bool:
    """Say whether it is a page for people, such as that of a proxy."""
    return PAGE.match(text) is not None


def _words(error: Any, depth: int = 0) -> str:
    """Go to where the words are, and no further than errors are nested."""
    if isinstance(error, str):
        return _page_words(error) if is_page(error) else error
    if isinstance(error, list) and depth < len(KEYS):
        return "; ".join(_words(one, depth + 1) for one in error)
    found = next((error[key] for key in KEYS if error.get(key)), None) if isinstance(error, dict) else None
    if found is None or depth >= len(KEYS):
        return str(error)
    return _words(found, depth + 1) + _place(error) + _forwarded(error)


def _place(error: dict[str, Any]) -> str:
    """Give the field that a fault of FastAPI's is about."""
    place = error.get("loc")
    return f" ({'.'.join(map(str, place))})" if isinstance(place, list) and place else ""


def _forwarded(error: dict[str, Any]) -> str:
    beside = error.get("metadata")
    raw = beside.get(FORWARDED) if isinstance(beside, dict) else None
    return f": {raw}" if raw else ""


def _page_words(page: str) -> str:
    title = TITLE.search(page)
    return html.unescape(title[1] if title else UNSEEN.sub(" ", page)) + " (a page of HTML)"
