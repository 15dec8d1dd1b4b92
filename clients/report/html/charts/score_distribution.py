"""How the scores of a subject's replies are spread: a dot a reply where there is room, bars of their numbers otherwise."""

from collections.abc import Iterator
from math import isfinite
from statistics import fmean

import msgspec

from clients.report.html.charts.axis import Axis, make_axis
from clients.report.html.charts.drawing import dot, percent, upright
from clients.report.html.charts.rows import ChartRow, figure, rows_chart
from clients.report.html.markup import Markup, element
from clients.report.html.subject_marks import colour, subject_mark
from clients.report.numerals import with_minus_signs, write_average, write_count, write_score
from clients.report.report import Report
from clients.report.subject_summary import SubjectSummary

NUM_BINS = 50
MAX_DOTS = 25  # above each other
DOT_PITCH = 7.5  # px, less where many stand above each other
DOT_FILL = 0.44  # of the pitch, the radius
BASE_GAP = 5  # px, under the lowest dot
MIN_HEIGHT, MAX_HEIGHT = 44, 110  # px, of a row


class Bin(msgspec.Struct, frozen=True, kw_only=True):
    """The replies whose scores lie close together."""

    place: float  # of their mean, in percent of the axis
    num_sound: int
    num_flagged: int  # with a hard flag


def score_distribution(report: Report) -> Markup | None:
    """Draw a row a subject; replies with a hard flag are hollow."""
    scores = {subject.name: _scores(report, subject) for subject in report.subjects}
    values = [value for own in scores.values() for value, _ in own]
    if not values:
        return None
    axis = make_axis(values)
    bins = {name: _bins(own, axis) for name, own in scores.items()}
    highest = max(one.num_sound + one.num_flagged for own in bins.values() for one in own)
    rows = (_row(report, subject, scores[subject.name], bins[subject.name], highest, axis) for subject in report.subjects)
    unit = "A dot is a reply" if highest <= MAX_DOTS else "A bar's height is a number of replies"
    explanation = f"{unit}; hollow: with a hard flag. The dashed line is the mean."
    return figure("Scores of the single replies.", explanation, rows_chart(rows, axis))


def _scores(report: Report, subject: SubjectSummary) -> list[tuple[float, bool]]:
    """List the scores, each with whether a hard flag goes with it."""
    return [
        (sample.scored.lek_score, bool(sample.scored.hard_flags))
        for row in report.results
        for sample in report.samples(row, subject.name)
        if sample.scored.lek_score is not None and isfinite(sample.scored.lek_score)
    ]


def _bins(scores: list[tuple[float, bool]], axis: Axis) -> tuple[Bin, ...]:
    members: dict[int, list[tuple[float, bool]]] = {}
    for value, is_flagged in sorted(scores):
        place = axis.place(value)
        members.setdefault(int(place / 100 * NUM_BINS), []).append((place, is_flagged))
    return tuple(_bin(own) for own in members.values())


def _bin(members: list[tuple[float, bool]]) -> Bin:
    num_flagged = sum(is_flagged for _, is_flagged in members)
    return Bin(place=fmean(place for place, _ in members), num_sound=len(members) - num_flagged, num_flagged=num_flagged)


def _row(
    report: Report, subject: SubjectSummary, scores: list[tuple[float, bool]], bins: tuple[Bin, ...], highest: int, axis: Axis
) -> ChartRow:
    css_class = colour(report, subject.name)
    height = min(MAX_HEIGHT, max(MIN_HEIGHT, highest * DOT_PITCH + 2 * BASE_GAP))
    draw = _dots if highest <= MAX_DOTS else _bars
    values = [value for value, _ in scores]
    mean = fmean(values) if values else None
    return ChartRow(
        label=subject_mark(report, subject.name),
        title=_words(subject, scores, mean),
        strokes=(
            *(stroke for one in bins for stroke in draw(one, height, css_class, highest)),
            *(() if mean is None else (upright(axis.place(mean), 3, height, "mean"),)),
        ),
        numbers=(element("span", element("b", with_minus_signs(write_average(mean)))),),
        height=height,
    )


def _dots(one: Bin, height: float, css_class: str, highest: int) -> Iterator[Markup]:
    pitch = min(DOT_PITCH, (height - 2 * BASE_GAP) / highest)
    for level in range(one.num_sound + one.num_flagged):
        hollow = " hollow" if level >= one.num_sound else ""
        yield dot(one.place, height - BASE_GAP - (level + 0.5) * pitch, DOT_FILL * pitch, css_class + hollow)


def _bars(one: Bin, height: float, css_class: str, highest: int) -> Iterator[Markup]:
    unit = (height - 2 * BASE_GAP) / highest
    width = 100 / NUM_BINS * 0.8
    base = height - BASE_GAP
    for count, hollow in ((one.num_sound, ""), (one.num_flagged, " hollow")):
        if count:
            base -= count * unit
            yield element(
                "rect",
                x=percent(one.place - width / 2),
                y=base,
                width=percent(width),
                height=count * unit,
                class_=f"bar {css_class}{hollow}",
            )


def _words(subject: SubjectSummary, scores: list[tuple[float, bool]], mean: float | None) -> str:
    if not scores:
        return f"{subject.name}: no reply has a score"
    values = [value for value, _ in scores]
    num_flagged = sum(is_flagged for _, is_flagged in scores)
    flagged = f", {num_flagged} with a hard flag" if num_flagged else ""
    return with_minus_signs(
        f"{subject.name}: {write_count(len(values), 'reply', 'replies')} from {write_score(min(values))} to {write_score(max(values))},"
        f" mean {write_average(mean)}{flagged}"
    )
