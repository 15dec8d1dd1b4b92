"""A sweep over the scale of an adapter: the mean score with its interval, and below it the share of degenerate replies."""

from collections.abc import Iterator
from math import inf

from clients.report.html.charts.axis import Axis, make_axis
from clients.report.html.charts.drawing import percent, plot
from clients.report.html.charts.panel import SCORE_HEIGHT, SHARE_HEIGHT, SHARE_TICKS, across, height_of, levels, line, point, ticks
from clients.report.html.charts.rows import figure
from clients.report.html.markup import Markup, element
from clients.report.numerals import with_minus_signs, write_average, write_exact, write_interval, write_score, write_share
from clients.report.sweep import Sweep, SweepPoint

USUAL_SCALES = (0.0, 1.5)  # what a sweep is expected to cover


def scale_curve(sweep: Sweep) -> Markup:
    """Draw both panels over one axis of scales."""
    scales = make_axis([*USUAL_SCALES, *(point.scale for point in sweep.points)])
    return figure(
        f"Scale sweep of {sweep.model}.",
        "Mean LEK score with its 95 % interval, and below it the share of the replies with a hard flag.",
        _score_panel(sweep, scales),
        _share_panel(sweep, scales),
        ticks(scales, "scale of the adapter"),
    )


def _score_panel(sweep: Sweep, scales: Axis) -> Markup:
    scored = [(across(one.scale, scales), one.subject.avg_lek, one.subject.interval) for one in sweep.points]
    points = [(x, value, interval) for x, value, interval in scored if value is not None]
    values = make_axis([value for _, value, _ in points], intervals=[interval for *_, interval in points], reach=inf, num_ticks=5)
    words = [
        f"scale {write_exact(one.scale)}: {write_average(one.subject.avg_lek)}, {write_interval(one.subject.interval)}"
        for one in sweep.points
    ]
    return plot(
        *levels(values, SCORE_HEIGHT, {tick: with_minus_signs(write_score(tick)) for tick in values.ticks}),
        *line([(x, value) for x, value, _ in points], values, SCORE_HEIGHT, "curve"),
        *(
            stroke
            for x, value, interval in points
            for stroke in point(
                x, value, interval, values, SCORE_HEIGHT, css_class="curve-dot", words=with_minus_signs(write_average(value))
            )
        ),
        height=SCORE_HEIGHT,
        title=with_minus_signs(f"Mean LEK score of {sweep.model} by scale, with 95 % interval\n" + "\n".join(words)),
    )


def _share_panel(sweep: Sweep, scales: Axis) -> Markup:
    shares = make_axis([1.0], num_ticks=2)
    words = [f"scale {write_exact(point.scale)}: {_share(point)}" for point in sweep.points]
    return plot(
        *levels(shares, SHARE_HEIGHT, SHARE_TICKS),
        *(stroke for point in sweep.points for stroke in _share_column(point, scales, shares)),
        height=SHARE_HEIGHT,
        title=f"Share of the replies of {sweep.model} with a hard flag, by scale\n" + "\n".join(words),
    )


def _share_column(point: SweepPoint, scales: Axis, shares: Axis) -> Iterator[Markup]:
    if point.degenerate_share is None:
        return
    x, top = across(point.scale, scales), height_of(point.degenerate_share, shares, SHARE_HEIGHT)
    yield element("line", x1=percent(x), x2=percent(x), y1=top, y2=height_of(0, shares, SHARE_HEIGHT), class_="share")
    yield element("text", _share(point), x=percent(x), y=top - 5, text_anchor="middle", class_="value")


def _share(point: SweepPoint) -> str:
    return "no replies" if point.degenerate_share is None else write_share(point.degenerate_share)
