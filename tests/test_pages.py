"""README and docs: their links arrive, and what their commands name is there. `make test-pages` runs them."""

import importlib.util
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.outside.pages.__main__ import PAGES
from tests.outside.pages.blocks import read_blocks

ROOT = Path(__file__).parents[1]
ALL_PAGES = ["README.md", *(str(page.relative_to(ROOT)) for page in sorted((ROOT / "docs").rglob("*.md")))]
LINK = re.compile(r"\]\((?P<path>[^()#:\s]*)(?:#(?P<anchor>[^()\s]+))?\)")
FENCED = re.compile(r"^( *)```.*?^\1```$", re.MULTILINE | re.DOTALL)


def anchors(page: Path) -> set[str]:
    """Name a page's headings as GitHub does."""
    headings = re.findall(r"^#+ (.*)$", FENCED.sub("", page.read_text()), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def dead_links(page: Path) -> Iterator[str]:
    for link in LINK.finditer(FENCED.sub("", page.read_text())):
        target = (page.parent / link["path"]).resolve() if link["path"] else page
        if not target.exists() or (link["anchor"] and target.suffix == ".md" and link["anchor"] not in anchors(target)):
            yield link[0]


@pytest.mark.parametrize("page", ALL_PAGES)
def test_links_arrive(page: str) -> None:
    assert list(dead_links(ROOT / page)) == []


@pytest.mark.parametrize("page", ALL_PAGES)
def test_a_page_with_commands_is_followed(page: str) -> None:
    is_written_by_the_battery = page == "docs/examples/report.md"
    assert is_written_by_the_battery or not read_blocks(ROOT / page) or page in PAGES


@pytest.mark.parametrize("page", ALL_PAGES)
def test_what_commands_name_is_there(page: str) -> None:
    text = (ROOT / page).read_text()
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"(?:^|`)make ([a-z-]+)", text, re.MULTILINE)) <= targets
    modules = set(re.findall(r"python -m ((?:adapters|server|clients|scoring|bench|tools|tests|deploy)(?:\.[a-z_]+)*)", text))
    assert [module for module in modules if importlib.util.find_spec(module) is None] == []


def test_readme_is_short() -> None:
    assert len((ROOT / "README.md").read_text().splitlines()) <= 180
