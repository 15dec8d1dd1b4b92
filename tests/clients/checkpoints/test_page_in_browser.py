"""The sweep's page in a real browser, from a file."""

from pathlib import Path
from typing import Literal

import pytest

from clients.checkpoints.page import render_page
from tests.browser import Browser
from tests.clients.checkpoints.reports import hostile, ordinary, without_scores

REPORTS = {"ordinary": ordinary, "hostile": hostile, "without scores": without_scores}


@pytest.mark.parametrize("name", REPORTS)
def test_page_fits_every_screen_and_makes_no_foreign_element(browser: Browser, tmp_path: Path, name: str) -> None:
    (tmp_path / "page.html").write_text(render_page(REPORTS[name]()), encoding="utf-8")
    browser.visit((tmp_path / "page.html").as_uri())
    for width in (360, 1600):
        browser.show(width=width)
        assert browser.run("return document.documentElement.scrollWidth <= innerWidth"), width
    assert browser.nameless() == []
    assert browser.count("img, iframe, object, embed, link, form") == 0
    assert browser.run("return [document.scripts.length, document.styleSheets.length]") == [0, 1]


@pytest.mark.parametrize(("scheme", "stroke"), [("light", "rgb(42, 102, 176)"), ("dark", "rgb(111, 166, 236)")])
def test_curves_follow_the_colours_that_are_preferred(
    browser: Browser, tmp_path: Path, scheme: Literal["light", "dark"], stroke: str
) -> None:
    (tmp_path / "page.html").write_text(render_page(ordinary()), encoding="utf-8")
    browser.visit((tmp_path / "page.html").as_uri())
    browser.show(scheme=scheme)
    assert browser.run("return getComputedStyle(document.querySelector('.trend.s1')).stroke") == stroke
