"""What was measured over the steps of a training: scores, hard flags and refusals, and the losses below them."""

from collections.abc import Callable, Iterator, Sequence
from math import inf

from clients.checkpoints.losses import LossPoint
from clients.checkpoints.step import Share
from clients.checkpoints.sweep_report import SweepReport
from clients.report.html.charts.axis import Axis, make_axis
from clients.report.html.charts.drawing import dot, plot
from clients.report.html.charts.panel import (
    SCORE_HEIGHT,
    SHARE_HEIGHT,
    SHARE_TICKS,
    Interval,
    across,
    height_of,
    levels,
    line,
    point,
    ticks,
)
from clients.report.html.charts.rows import figure
from clients.report.html.markup import Markup, element, join
from clients.report.numerals import with_minus_signs, write_average, write_interval, write_plain, write_score, write_share

SCORE, FLAGGED, REFUSED, TRAINING, VALIDATION = "s1", "s2", "s4", "s3", "s5"  # colours
LOSS_HEIGHT = 170  # px
MOST_WORDS = 20  # beside dots: more would lie over each other
DOT_RADIUS = 2.5  # of a validation


def score_curve(report: SweepReport) -> Markup | None:
    """Draw the mean score at each step with its interval, and the baseline's across."""
    scored = [(step.step, step.measured) for step in report.steps if step.measured is not None and step.measured.avg_lek is not None]
    base = report.base
    if not scored and base.avg_lek is None:
        return None
    axis = _steps_axis(report)
    intervals = [base.interval, *(measured.interval for _, measured in scored)]
    values = make_axis([base.avg_lek, *(measured.avg_lek for _, measured in scored)], intervals=intervals, reach=inf, num_ticks=5)
    points = [(across(step, axis), measured.avg_lek or 0.0, measured.interval) for step, measured in scored]
    words = [f"baseline: {write_average(base.avg_lek)}, {write_interval(base.interval)}"]
    words += [f"step {step}: {write_average(measured.avg_lek)}, {write_interval(measured.interval)}" for step, measured in scored]
    chart = plot(
        *levels(values, SCORE_HEIGHT, {tick: with_minus_signs(write_score(tick)) for tick in values.ticks}),
        _base_line(base.avg_lek, values, SCORE_HEIGHT),
        *_trend(points, values, SCORE_HEIGHT, SCORE, lambda value: with_minus_signs(write_average(value))),
        height=SCORE_HEIGHT,
        title=with_minus_signs("Mean LEK score by step, with 95 % interval\n" + "\n".join(words)),
    )
    explanation = "Over the probes that have a score, with its 95 % interval; the dashed line is the baseline's."
    return figure("Mean LEK score.", explanation, chart, ticks(axis, "step of the optimiser"))


def share_curves(report: SweepReport) -> Markup:
    """Draw the shares of replies with a hard flag and of refusals, each with its interval and the baseline's across."""
    axis = _steps_axis(report)
    flagged = [(step.step, step.measured.hard_flagged) for step in report.steps if step.measured is not None]
    refused = [(step.step, step.measured.refused) for step in report.steps if step.measured is not None]
    return join(
        figure(
            "Replies with a hard flag.",
            "As a share of the replies, with Wilson's 95 % interval; the dashed line is the baseline's.",
            _share_panel("with a hard flag", flagged, report.base.hard_flagged, axis, FLAGGED),
            ticks(axis, "step of the optimiser"),
        ),
        figure(
            "Replies that refuse.",
            "The same of refusals.",
            _share_panel("that refuse", refused, report.base.refused, axis, REFUSED),
            ticks(axis, "step of the optimiser"),
        ),
    )


def loss_curves(report: SweepReport) -> Markup | None:
    """Draw the losses of training and validation; None where none were written."""
    training, validation = report.losses.training, report.losses.validation
    if not (training or validation):
        return None
    axis = _steps_axis(report)
    values = make_axis([one.loss for one in (*training, *validation)], num_ticks=4)
    chart = plot(
        *levels(values, LOSS_HEIGHT, {tick: with_minus_signs(write_score(tick)) for tick in values.ticks}),
        *line(_places(training, axis), values, LOSS_HEIGHT, f"trend {TRAINING}"),
        *line(_places(validation, axis), values, LOSS_HEIGHT, f"trend {VALIDATION}"),
        *(dot(x, height_of(loss, values, LOSS_HEIGHT), DOT_RADIUS, VALIDATION) for x, loss in _places(validation, axis)),
        height=LOSS_HEIGHT,
        title="\n".join(("Loss by step", *_describe("training", training), *_describe("validation", validation))),
    )
    key = element(
        "p",
        *(
            element("span", element("span", class_=f"swatch {colour}"), name)
            for name, colour, points in (("training", TRAINING, training), ("validation", VALIDATION, validation))
            if points
        ),
        class_="legend",
    )
    return figure("Loss.", "A target token, as the training wrote it.", chart, ticks(axis, "step of the optimiser"), key=key)


def _share_panel(what: str, shares: Sequence[tuple[int, Share]], base: Share, axis: Axis, colour: str) -> Markup:
    values = make_axis([1.0], num_ticks=2)
    points = [(across(step, axis), share.share, share.interval) for step, share in shares if share.share is not None]
    words = [f"baseline: {_write(base)}", *(f"step {step}: {_write(share)}" for step, share in shares)]
    return plot(
        *levels(values, SHARE_HEIGHT, SHARE_TICKS),
        _base_line(base.share, values, SHARE_HEIGHT),
        *_trend(points, values, SHARE_HEIGHT, colour, lambda value: write_share(value) if value else None),
        height=SHARE_HEIGHT,
        title=f"Share of the replies {what}, by step\n" + "\n".join(words),
    )


def _steps_axis(report: SweepReport) -> Axis:
    """Cover all that is drawn over steps, so that the charts can be read below each other."""
    losses = (*report.losses.training[-1:], *report.losses.validation[-1:])
    return make_axis([*(float(step.step) for step in report.steps), *(float(one.step) for one in losses)])


def _base_line(value: float | None, values: Axis, height: float) -> Markup | None:
    if value is None:
        return None
    y = height_of(value, values, height)
    return element("line", x1="0%", x2="100%", y1=y, y2=y, class_="base")


def _trend(
    points: Sequence[tuple[float, float, Interval | None]],
    values: Axis,
    height: float,
    colour: str,
    write: Callable[[float], str | None],
) -> Iterator[Markup]:
    """Join what was measured at each step, with its interval, and write the value beside it where there is room."""
    yield from line([(x, value) for x, value, _ in points], values, height, f"trend {colour}")
    for x, value, interval in points:
        words = write(value) if len(points) <= MOST_WORDS else None
        yield from point(x, value, interval, values, height, css_class=colour, words=words)


def _places(points: Sequence[LossPoint], axis: Axis) -> list[tuple[float, float]]:
    return [(across(one.step, axis), one.loss) for one in points]


def _describe(name: str, points: Sequence[LossPoint]) -> Iterator[str]:
    if points:
        yield f"{name}: {write_plain(points[0].loss)} at step {points[0].step}, {write_plain(points[-1].loss)} at step {points[-1].step}"


def _write(share: Share) -> str:
    return "no replies" if share.share is None else f"{share.count} of {share.num_replies}, {write_share(share.share)}"
