"""The page as a file: whole in itself, and only what its policy names may run."""

import base64
import hashlib
import re
from html.parser import HTMLParser

import pytest

from server.board.page import SCRIPTS, STYLES, WEB, read_page

PAGE = read_page()
HTML = PAGE.body.decode()
POLICY = dict(part.split(" ", 1) for part in PAGE.headers["content-security-policy"].split("; "))


class Elements(HTMLParser):
    """Every start tag with its attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(HTML)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


@pytest.mark.parametrize(("tag", "directive"), [("style", "style-src"), ("script", "script-src")])
def test_the_policy_names_the_one_style_and_the_one_script_by_their_hashes(tag: str, directive: str) -> None:
    (content,) = re.findall(rf"<{tag}[^>]*>(.*?)</{tag}>", HTML, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
    assert POLICY[directive] == f"'sha256-{digest}'"


def test_the_policy_allows_nothing_else() -> None:
    assert POLICY == POLICY | {
        "default-src": "'none'",
        "connect-src": "'self'",
        "img-src": "data:",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
        "require-trusted-types-for": "'script'",
        "trusted-types": "'none'",
    }
    assert not any("unsafe" in value for value in POLICY.values())


def test_nothing_is_fetched_from_elsewhere_and_nothing_is_inline_that_the_policy_would_stop() -> None:
    for tag, attributes in Elements().found:
        assert not {name for name in attributes if name.startswith("on")} | ({"style", "src", "srcset", "action"} & attributes.keys()), tag
        assert (attributes.get("href") or "#").startswith(("#", "data:")), tag
    assert not re.search(r"url\(|@import|//[a-z]+\.[a-z]", "".join((WEB / name).read_text() for name in STYLES))


def test_every_file_is_part_of_the_page() -> None:
    assert {file.name for file in WEB.iterdir()} == {"page.html", *STYLES, *SCRIPTS}
    for name in (*STYLES, *SCRIPTS):
        assert (WEB / name).read_text() in HTML


def test_the_page_is_small() -> None:
    assert len(PAGE.body) < 100_000
