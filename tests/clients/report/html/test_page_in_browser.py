"""The report's page in a real browser, from a file."""

from pathlib import Path
from typing import Literal

import pytest

from clients.report.html.page import render_html
from tests.browser import Browser
from tests.clients.written_reports import AWKWARD, hostile, three_subjects


@pytest.fixture
def three(browser: Browser, tmp_path: Path) -> Browser:
    (tmp_path / "page.html").write_text(render_html(three_subjects()), encoding="utf-8")
    browser.visit((tmp_path / "page.html").as_uri())
    return browser


@pytest.mark.parametrize("name", ["three subjects", "six subjects", "sweep", "hostile", "empty replies"])
def test_page_fits_every_screen_and_names_what_can_be_reached(browser: Browser, tmp_path: Path, name: str) -> None:
    (tmp_path / "page.html").write_text(render_html(AWKWARD[name]()), encoding="utf-8")
    browser.visit((tmp_path / "page.html").as_uri())
    browser.run("for (const fold of document.querySelectorAll('details')) fold.open = true")
    for width in (360, 1000, 1600):
        browser.show(width=width)
        assert browser.run("return document.documentElement.scrollWidth <= innerWidth"), width
    assert browser.nameless() == []


def test_hostile_texts_make_no_element(browser: Browser, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(render_html(hostile()), encoding="utf-8")
    browser.visit((tmp_path / "page.html").as_uri())
    assert browser.count("img, iframe, object, embed, link, form") == 0
    assert browser.run("return [document.scripts.length, document.styleSheets.length]") == [1, 1]


@pytest.mark.parametrize(("scheme", "ground"), [("light", "rgb(252, 251, 249)"), ("dark", "rgb(23, 24, 27)")])
def test_page_follows_the_colours_that_are_preferred(three: Browser, scheme: Literal["light", "dark"], ground: str) -> None:
    three.show(scheme=scheme)
    assert three.run("return getComputedStyle(document.body).backgroundColor") == ground


def test_probe_in_a_chart_leads_to_its_replies(three: Browser) -> None:
    assert three.count("details.probe[open]") == 0
    three.click("a[href='#probe-2']")
    three.wait_for(lambda: three.count("details.probe[open]") == 1, "the fold to open")
    assert three.text("details.probe[open] .probe-id") == "p2"


def test_filter_and_buttons_act_on_the_replies(three: Browser) -> None:
    assert three.text("#probe-count") == "2 of 2 probes"
    three.run("const f = document.getElementById('probe-filter'); f.value = 'flagged'; f.dispatchEvent(new Event('change'))")
    assert three.text("#probe-count") == "1 of 2 probes"
    three.click("button[data-open='true']")
    assert [three.run(f"return document.getElementById('probe-{place}').open") for place in (1, 2)] == [True, False]
    three.click("button[data-open='false']")
    assert three.count("details.probe[open]") == 0


def test_bars_are_drawn_as_long_as_they_are_written(three: Browser) -> None:
    widths = three.run(
        "return [...document.querySelectorAll('#probes .row:nth-child(1) rect')].map(bar => bar.getBoundingClientRect().width)"
    )
    assert widths[1] / widths[0] == pytest.approx(9 / 4, rel=0.02)
