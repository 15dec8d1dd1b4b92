"""The board's page: one file to the browser, put together at start from the files in `web/`.

It is whole in itself, so only one path is open without a key, and its content-security policy can name the one style and the one
script that may run by their hashes: nothing else runs, whatever a model writes into it.
"""

import base64
import hashlib
from pathlib import Path

import msgspec

WEB = Path(__file__).parent / "web"
STYLES = ("base.css", "adapters.css", "comparison.css", "answers.css")
# One script: each file may use what those before it declare.
SCRIPTS = (
    "elements.js",
    "wording.js",
    "connection.js",
    "charts.js",
    "tables.js",
    "tiles.js",
    "training.js",
    "adapters.js",
    "answers.js",
    "comparison.js",
    "board.js",
)


class BoardPage(msgspec.Struct, frozen=True, kw_only=True):
    """The page as it is sent. It holds no data: those it asks for, with the key where there is one."""

    body: bytes
    headers: dict[str, str]


def read_page() -> BoardPage:
    """Put the page together; what its files hold is decided here, and not at a request."""
    style = _join(STYLES)
    script = _join(SCRIPTS)
    html = (WEB / "page.html").read_text(encoding="utf-8")
    body = html.replace("<!-- style -->", f"<style>{style}</style>").replace("<!-- script -->", f'<script type="module">{script}</script>')
    policy = {
        "default-src": "'none'",
        "script-src": _hash(script),
        "style-src": _hash(style),
        "connect-src": "'self'",
        "img-src": "data:",  # its icon
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
        # With no policy that could make one, no text ever becomes HTML.
        "require-trusted-types-for": "'script'",
        "trusted-types": "'none'",
    }
    headers = {
        "content-type": "text/html; charset=utf-8",
        "content-security-policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "cache-control": "no-cache",
    }
    return BoardPage(body=body.encode(), headers=headers)


def _join(names: tuple[str, ...]) -> str:
    return "\n".join((WEB / name).read_text(encoding="utf-8") for name in names)


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
