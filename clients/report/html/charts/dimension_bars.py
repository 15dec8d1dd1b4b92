"""The scorer's dimensions: by how much each changed, or for a subject alone what it is."""

from collections.abc import Iterator
from math import inf

from clients.report.comparison_summary import ComparisonSummary, DimensionChange
from clients.report.html.charts.axis import Axis, make_axis
from clients.report.html.charts.drawing import bar, whisker
from clients.report.html.charts.rows import ChartRow, band_middle, described, figure, row_height, rows_chart
from clients.report.html.markup import Markup, element
from clients.report.html.subject_marks import colour, legend
from clients.report.numerals import with_minus_signs, write_average, write_average_change, write_change_interval
from clients.report.report import Report
from clients.report.subject_summary import SubjectSummary
from scoring.statistics.paired_difference import PairedDifference

BAR_HEIGHT = 11
# What lowers a score, by every scorer: more of it is worse.
PENALTIES = frozenset({"compliance_markers", "formulaic_preamble", "degeneration", "empty_broken"})


def dimension_bars(report: Report) -> Markup | None:
    """Draw the changes of every comparison, diverging from zero."""
    if not report.comparisons:
        return _dimensions_alone(report, report.subjects[0])
    dimensions = tuple(dict.fromkeys(change.dimension for comparison in report.comparisons for change in comparison.dimensions))
    changes = [{change.dimension: change for change in comparison.dimensions} for comparison in report.comparisons]
    differences = [change.difference for own in changes for change in own.values()]
    if not dimensions:
        return None
    axis = make_axis([difference.mean for difference in differences], intervals=map(_interval, differences), reach=inf)
    return figure(
        f"What changed against {report.comparisons[0].baseline}, by dimension.",
        "Mean difference over the probes; the thin line is its 95 % interval. A dimension marked − lowers the score.",
        rows_chart((_change_row(report, dimension, changes, axis) for dimension in dimensions), axis),
        key=legend(report, tuple(comparison.subject for comparison in report.comparisons)),
    )


def _change_row(report: Report, dimension: str, changes: list[dict[str, DimensionChange]], axis: Axis) -> ChartRow:
    found = [(comparison, own.get(dimension)) for comparison, own in zip(report.comparisons, changes, strict=True)]
    return ChartRow(
        label=_label(dimension),
        title=dimension + "\n" + described([(comparison.subject, _words(one)) for comparison, one in found]),
        strokes=tuple(stroke for band, pair in enumerate(found) for stroke in _band(report, *pair, band, axis)),
        numbers=tuple(
            element("span", element("b", with_minus_signs(write_average_change(one.difference.mean if one else None)))) for _, one in found
        ),
        height=row_height(len(found)),
    )


def _band(report: Report, comparison: ComparisonSummary, one: DimensionChange | None, band: int, axis: Axis) -> Iterator[Markup]:
    if one is None:
        return
    middle = band_middle(band)
    yield bar(axis, one.difference.mean, middle - BAR_HEIGHT / 2, BAR_HEIGHT, colour(report, comparison.subject))
    if (interval := _interval(one.difference)) is not None:
        yield whisker(axis, interval, middle)


def _dimensions_alone(report: Report, subject: SubjectSummary) -> Markup | None:
    if not subject.heuristic:
        return None
    axis = make_axis(subject.heuristic.values())
    rows = (
        ChartRow(
            label=_label(dimension),
            title=with_minus_signs(f"{dimension}: {write_average(value)}"),
            strokes=(bar(axis, value, band_middle(0) - BAR_HEIGHT / 2, BAR_HEIGHT, colour(report, subject.name)),),
            numbers=(element("span", element("b", with_minus_signs(write_average(value)))),),
            height=row_height(1),
        )
        for dimension, value in subject.heuristic.items()
    )
    return figure("What the score is made of.", "Mean of each dimension. One marked − lowers the score.", rows_chart(rows, axis))


def _label(dimension: str) -> Markup:
    mark = element("span", " −", class_="penalty", title="lowers the score") if dimension in PENALTIES else None
    return element("span", dimension.replace("_", " "), mark, class_="dimension")


def _words(one: DimensionChange | None) -> str:
    if one is None:
        return "no comparison"
    sure = "" if one.difference.low is None else f", 95 % interval {write_change_interval(one.difference.low, one.difference.high)}"
    return with_minus_signs(
        f"{write_average(one.baseline)} → {write_average(one.subject)} ({write_average_change(one.difference.mean)}{sure})"
    )


def _interval(difference: PairedDifference) -> tuple[float, float] | None:
    return None if difference.low is None or difference.high is None else (difference.low, difference.high)
