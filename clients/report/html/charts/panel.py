"""Panels: values over an axis of numbers that runs across, such as scales or steps. What is above each other shares that axis."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from clients.report.html.charts.axis import Axis
from clients.report.html.charts.drawing import CAP_HEIGHT, dot, percent, upright
from clients.report.html.markup import Markup, element
from clients.report.numerals import write_score

LEFT, WIDTH = 12.0, 84.0  # percent: where the axis across begins, and how long it is
TOP, BOTTOM = 22, 14  # px, free above and below the values
SCORE_HEIGHT, SHARE_HEIGHT = 260, 110  # px
TICKS_HEIGHT = 34  # px
DOT_RADIUS = 4.5
SHARE_TICKS = {0.0: "0 %", 0.5: "50 %", 1.0: "100 %"}

Interval = tuple[float, float]


def across(value: float, axis: Axis) -> float:
    """Say where on the axis across a number lies, in percent of the panel."""
    return _inset(axis.place(value))


def height_of(value: float, values: Axis, height: float) -> float:
    """Say how far below the upper edge of a panel a value lies."""
    return TOP + (100 - values.place(value)) / 100 * (height - TOP - BOTTOM)


def levels(values: Axis, height: float, words: dict[float, str]) -> Iterator[Markup]:
    """Draw a line at each of some values, with its words."""
    for value, word in words.items():
        y = height_of(value, values, height)
        yield element("line", x1="0%", x2="100%", y1=y, y2=y, class_="zero" if value == 0 else "grid")
        yield element("text", word, x="0%", y=y - 4, class_="tick")


def line(points: Sequence[tuple[float, float]], values: Axis, height: float, css_class: str) -> Iterator[Markup]:
    """Join points, given by their places across and their values."""
    for (x, value), (next_x, next_value) in pairwise(points):
        yield element(
            "line",
            x1=percent(x),
            x2=percent(next_x),
            y1=height_of(value, values, height),
            y2=height_of(next_value, values, height),
            class_=css_class,
        )


def point(
    x: float, value: float, interval: Interval | None, values: Axis, height: float, *, css_class: str, words: str | None
) -> Iterator[Markup]:
    """Draw a dot with its interval, and words above both."""
    y = top = height_of(value, values, height)
    if interval is not None:
        low, high = (height_of(end, values, height) for end in interval)
        top = min(y, high)
        yield upright(x, high, low, "whisker")
        for end, place in zip(interval, (low, high), strict=True):
            if values.holds(end):
                yield _cap(x, place)
    yield dot(x, y, DOT_RADIUS, css_class)
    if words is not None:
        yield element("text", words, x=percent(x), y=min(top, y - DOT_RADIUS) - 5, text_anchor="middle", class_="value")


def ticks(axis: Axis, name: str) -> Markup:
    """Write the axis across under its panels."""
    labels = [
        element("text", write_score(tick), x=percent(_inset(axis.place(tick))), y=14, text_anchor="middle", class_="tick")
        for tick in axis.ticks
    ]
    under = element("text", name, x=percent(_inset(50)), y=30, text_anchor="middle", class_="tick")
    return element("svg", *labels, under, class_="plot", width="100%", height=TICKS_HEIGHT, aria_hidden="true")


def _inset(place: float) -> float:
    return LEFT + place / 100 * WIDTH


def _cap(x: float, y: float) -> Markup:
    """Close an interval with a stroke of fixed width: a line of no length, as wide as its stroke."""
    return element("line", x1=percent(x), x2=percent(x), y1=y - 0.75, y2=y + 0.75, stroke_width=CAP_HEIGHT, class_="cap")
