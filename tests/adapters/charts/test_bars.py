"""Bars as SVG."""

import math
from xml.etree import ElementTree

import pytest

from adapters.charts.bars import BarSeries, draw_bars

SVG = "{http://www.w3.org/2000/svg}"


def bars(text: str) -> dict[str, tuple[float, float, float]]:
    """Left edge in percent, top and height in px, by what a pointer shows."""
    found = {}
    for rect in ElementTree.fromstring(text).iter(f"{SVG}rect"):
        title = rect.find(f"{SVG}title")
        if title is not None:
            found[title.text or ""] = (float(rect.attrib["x"].rstrip("%")), float(rect.attrib["y"]), float(rect.attrib["height"]))
    return found


def test_bars_are_as_high_as_their_values() -> None:
    series = [BarSeries(name="mild", values=(1.0, 2.0)), BarSeries(name="hot", values=(4.0, None))]
    found = bars(draw_bars(["0", "1"], series, title="Norms", x_name="layer", y_name="norm"))
    assert set(found) == {"mild, 0: 1", "mild, 1: 2", "hot, 0: 4"}
    unit = found["mild, 0: 1"][2]
    assert found["mild, 1: 2"][2] == pytest.approx(2 * unit, abs=0.02)
    assert found["hot, 0: 4"][2] == pytest.approx(4 * unit, abs=0.02)
    assert found["mild, 0: 1"][0] < found["hot, 0: 4"][0] < found["mild, 1: 2"][0]


@pytest.mark.parametrize("values", [(), (math.nan,), (0.0,), (1e-320,), (-3.0,)])
def test_any_values_make_a_document_without_broken_numbers(values: tuple[float, ...]) -> None:
    text = draw_bars([str(n) for n in range(len(values))], [BarSeries(name="<b>", values=values)], title="t", x_name="x", y_name="y")
    ElementTree.fromstring(text)
    assert "nan" not in text


def test_words_under_many_groups_are_few_enough_to_read() -> None:
    text = draw_bars([str(n) for n in range(62)], [BarSeries(name="a", values=(1.0,) * 62)], title="t", x_name="layer", y_name="y")
    under = [one.text for one in ElementTree.fromstring(text).iter(f"{SVG}text") if one.text and one.text.isdigit() and int(one.text) > 2]
    assert 8 <= len(under) <= 13
