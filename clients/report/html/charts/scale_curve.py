"""A sweep over the scale of an adapter: the mean score with its interval, and below it the share of degenerate replies."""

from collections.abc import Iterator
from itertools import pairwise
from math import inf

from clients.report.html.charts.axis import Axis, make_axis
from clients.report.html.charts.drawing import CAP_HEIGHT, dot, percent, plot, upright
from clients.report.html.charts.rows import figure
from clients.report.html.markup import Markup, element
from clients.report.numerals import with_minus_signs, write_average, write_exact, write_interval, write_score, write_share
from clients.report.sweep import Sweep, SweepPoint

USUAL_SCALES = (0.0, 1.5)  # what a sweep is expected to cover
LEFT, WIDTH = 12.0, 84.0  # percent: where the axis of scales begins, and how long it is
TOP, BOTTOM = 22, 14  # px, free above and below the values
SCORE_HEIGHT, SHARE_HEIGHT = 260, 110  # px
TICKS_HEIGHT = 34  # px
DOT_RADIUS = 4.5


def scale_curve(sweep: Sweep) -> Markup:
    """Draw both panels over one axis of scales."""
    scales = make_axis([*USUAL_SCALES, *(point.scale for point in sweep.points)])
    return figure(
        f"Scale sweep of {sweep.model}.",
        "Mean LEK score with its 95 % interval, and below it the share of the replies with a hard flag.",
        _score_panel(sweep, scales),
        _share_panel(sweep, scales),
        _scale_ticks(scales),
    )


def _score_panel(sweep: Sweep, scales: Axis) -> Markup:
    points = [point for point in sweep.points if point.subject.avg_lek is not None]
    values = make_axis([point.subject.avg_lek for point in points], intervals=[p.subject.interval for p in points], reach=inf, num_ticks=5)
    words = [
        f"scale {write_exact(point.scale)}: {write_average(point.subject.avg_lek)}, {write_interval(point.subject.interval)}"
        for point in sweep.points
    ]
    return plot(
        *_levels(values, SCORE_HEIGHT, {tick: with_minus_signs(write_score(tick)) for tick in values.ticks}),
        *_line(points, scales, values),
        *(stroke for point in points for stroke in _point(point, scales, values)),
        height=SCORE_HEIGHT,
        title=with_minus_signs(f"Mean LEK score of {sweep.model} by scale, with 95 % interval\n" + "\n".join(words)),
    )


def _line(points: list[SweepPoint], scales: Axis, values: Axis) -> Iterator[Markup]:
    for before, after in pairwise(points):
        yield element(
            "line",
            x1=percent(_across(before, scales)),
            x2=percent(_across(after, scales)),
            y1=_height_of(before.subject.avg_lek or 0.0, values, SCORE_HEIGHT),
            y2=_height_of(after.subject.avg_lek or 0.0, values, SCORE_HEIGHT),
            class_="curve",
        )


def _point(point: SweepPoint, scales: Axis, values: Axis) -> Iterator[Markup]:
    x, lek_score = _across(point, scales), point.subject.avg_lek
    if lek_score is None:
        return
    if point.subject.interval is not None:
        low, high = (_height_of(end, values, SCORE_HEIGHT) for end in point.subject.interval)
        yield upright(x, high, low, "whisker")
        for end, y in zip(point.subject.interval, (low, high), strict=True):
            if values.holds(end):
                yield _cap(x, y)
    y = _height_of(lek_score, values, SCORE_HEIGHT)
    top = y if point.subject.interval is None else _height_of(point.subject.interval[1], values, SCORE_HEIGHT)
    yield dot(x, y, DOT_RADIUS, "curve-dot")
    yield element(
        "text",
        with_minus_signs(write_average(lek_score)),
        x=percent(x),
        y=min(top, y - DOT_RADIUS) - 5,
        text_anchor="middle",
        class_="value",
    )


def _cap(x: float, y: float) -> Markup:
    """Close an interval with a stroke of fixed width: a line of no length, as wide as its stroke."""
    return element("line", x1=percent(x), x2=percent(x), y1=y - 0.75, y2=y + 0.75, stroke_width=CAP_HEIGHT, class_="cap")


def _share_panel(sweep: Sweep, scales: Axis) -> Markup:
    shares = make_axis([1.0], num_ticks=2)
    words = [f"scale {write_exact(point.scale)}: {_share(point)}" for point in sweep.points]
    return plot(
        *_levels(shares, SHARE_HEIGHT, {0.0: "0 %", 0.5: "50 %", 1.0: "100 %"}),
        *(stroke for point in sweep.points for stroke in _share_column(point, scales, shares)),
        height=SHARE_HEIGHT,
        title=f"Share of the replies of {sweep.model} with a hard flag, by scale\n" + "\n".join(words),
    )


def _share_column(point: SweepPoint, scales: Axis, shares: Axis) -> Iterator[Markup]:
    if point.degenerate_share is None:
        return
    x, top = _across(point, scales), _height_of(point.degenerate_share, shares, SHARE_HEIGHT)
    yield element("line", x1=percent(x), x2=percent(x), y1=top, y2=_height_of(0, shares, SHARE_HEIGHT), class_="share")
    yield element("text", _share(point), x=percent(x), y=top - 5, text_anchor="middle", class_="value")


def _share(point: SweepPoint) -> str:
    return "no replies" if point.degenerate_share is None else write_share(point.degenerate_share)


def _levels(values: Axis, height: float, words: dict[float, str]) -> Iterator[Markup]:
    for value, word in words.items():
        y = _height_of(value, values, height)
        yield element("line", x1="0%", x2="100%", y1=y, y2=y, class_="zero" if value == 0 else "grid")
        yield element("text", word, x="0%", y=y - 4, class_="tick")


def _scale_ticks(scales: Axis) -> Markup:
    labels = [
        element("text", write_score(tick), x=percent(_inset(scales.place(tick))), y=14, text_anchor="middle", class_="tick")
        for tick in scales.ticks
    ]
    name = element("text", "scale of the adapter", x=percent(_inset(50)), y=30, text_anchor="middle", class_="tick")
    return element("svg", *labels, name, class_="plot", width="100%", height=TICKS_HEIGHT, aria_hidden="true")


def _across(point: SweepPoint, scales: Axis) -> float:
    return _inset(scales.place(point.scale))


def _inset(place: float) -> float:
    return LEFT + place / 100 * WIDTH


def _height_of(value: float, values: Axis, height: float) -> float:
    return TOP + (100 - values.place(value)) / 100 * (height - TOP - BOTTOM)
