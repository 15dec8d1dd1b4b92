"""Markup that is safe by construction."""

import math

import pytest

from clients.report.html.markup import Markup, element, escape, join, write_place


def test_children_are_escaped_unless_they_are_markup() -> None:
    assert element("p", "a < b & ", element("b", "<c>")) == "<p>a &lt; b &amp; <b>&lt;c&gt;</b></p>"


def test_attributes_are_escaped_and_named_as_in_html() -> None:
    written = element("a", "x", href='"><script>', class_="c", aria_label="it's", data_open=True, hidden=False, id=None, tabindex=0)
    assert written == '<a href="&quot;&gt;&lt;script&gt;" class="c" aria-label="it&#x27;s" data-open tabindex="0">x</a>'


def test_none_is_left_out_and_void_tags_have_no_end() -> None:
    assert join("a", None, element("br")) == "a<br>"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\x00\x1b[31m\x7f", "␀␛[31m␡"),
        ("a\tb\nc", "a\tb\nc"),
        ("\ud800", "?"),
        ("a\u202eb\u2066c", "a\ufffdb\ufffdc"),
        ("&lt;", "&amp;lt;"),
    ],
)
def test_what_a_browser_would_misread_is_shown(text: str, expected: str) -> None:
    assert escape(text) == expected


@pytest.mark.parametrize(("value", "expected"), [(1.0, "1"), (0.126, "0.13"), (-0.001, "0"), (100, "100"), (-2.5, "-2.5")])
def test_number_is_short(value: float, expected: str) -> None:
    assert write_place(value) == expected


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_number_that_is_none_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="expected a finite number"):
        element("rect", width=value)


def test_markup_is_not_escaped_twice() -> None:
    assert join(Markup("<i></i>"), join("<")) == "<i></i>&lt;"
