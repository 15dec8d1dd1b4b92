"""Curves as SVG."""

import math
from xml.etree import ElementTree

import pytest

from adapters.charts.lines import Curve, draw_curves

SVG = "{http://www.w3.org/2000/svg}"


def draw(*curves: Curve, title: str = "Loss") -> str:
    return draw_curves(curves, title=title, x_name="step", y_name="loss")


def polylines(text: str) -> list[list[tuple[float, float]]]:
    found = ElementTree.fromstring(text).iter(f"{SVG}polyline")
    return [[(float(x), float(y)) for x, _, y in (pair.partition(",") for pair in line.attrib["points"].split())] for line in found]


def words(text: str) -> list[str]:
    return ["".join(one.itertext()) for one in ElementTree.fromstring(text).iter(f"{SVG}text")]


def test_equal_curves_give_equal_bytes_and_name_everything() -> None:
    curve = Curve(name="training", points=((1, 3.5), (2, 2.5), (3, 2.25)))
    text = draw(curve)
    assert text == draw(curve)
    assert {"training", "Loss", "step", "loss"} <= set(words(text))


def test_a_higher_value_lies_higher_and_a_later_step_further_right() -> None:
    [line] = polylines(draw(Curve(name="a", points=((0, 1.0), (10, 4.0), (20, 2.0)))))
    (x0, y0), (x1, y1), (x2, y2) = line
    assert x0 < x1 < x2
    assert x1 == pytest.approx((x0 + x2) / 2)
    assert y1 < y2 < y0


def test_what_is_not_finite_is_left_out() -> None:
    points = ((1, 2.0), (2, math.nan), (3, math.inf), (4, 1.0), (5, 1e300))
    assert [len(line) for line in polylines(draw(Curve(name="a", points=points)))] == [2]


@pytest.mark.parametrize(
    "points", [(), ((1, math.nan),), ((3, 0.0),), ((1, 5.0), (2, 5.0)), ((1, 1e-300), (2, 2e-300)), ((1, -1e99), (2, 1e99))]
)
def test_any_points_make_a_document_without_broken_numbers(points: tuple[tuple[float, float], ...]) -> None:
    text = draw(Curve(name="a", points=points))
    ElementTree.fromstring(text)
    assert "nan" not in text and "inf" not in text.replace("info", "")


def test_a_single_point_is_a_dot() -> None:
    assert len(list(ElementTree.fromstring(draw(Curve(name="a", points=((3, 2.0),)))).iter(f"{SVG}circle"))) == 1


def test_hostile_names_stay_text() -> None:
    name = '</text><script>alert(1)</script>"&\x00\x1b\ud800\u202e'
    text = draw(Curve(name=name, points=((1, 1.0), (2, 2.0))), title=name)
    assert not list(ElementTree.fromstring(text.encode()).iter(f"{SVG}script"))
    assert any("<script>" in word for word in words(text))


def test_of_very_many_points_the_extremes_stay() -> None:
    values = [2.0 + math.sin(step) for step in range(50_000)]
    values[31_234] = 9.0
    text = draw(Curve(name="a", points=tuple(enumerate(values))))
    [line] = polylines(text)
    highest = min(y for _, y in line)
    assert len(line) < 2_500
    assert highest < min(y for _, y in line if y != highest) / 2
