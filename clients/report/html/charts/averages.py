"""The subjects' mean scores with their intervals, on one axis."""

from math import inf

from clients.report.html.charts.axis import Axis, make_axis
from clients.report.html.charts.drawing import dot, whisker, words_at
from clients.report.html.charts.rows import ChartRow, band_middle, figure, row_height, rows_chart
from clients.report.html.markup import Markup, element
from clients.report.html.subject_marks import colour, subject_mark
from clients.report.numerals import with_minus_signs, write_average, write_average_change, write_count, write_interval
from clients.report.report import Report
from clients.report.subject_summary import SubjectSummary

DOT_RADIUS = 5.5


def averages(report: Report) -> Markup | None:
    """Draw a row a subject; one alone has its card."""
    if len(report.subjects) == 1:
        return None
    axis = make_axis([subject.avg_lek for subject in report.subjects], intervals=[s.interval for s in report.subjects], reach=inf)
    rows = (_row(report, subject, axis) for subject in report.subjects)
    is_partial = any(comparison.num_compared < report.total_prompts for comparison in report.comparisons)
    change = " The difference is over the probes where both have a score." if is_partial else ""
    words = f"Over the probes that have a score; the line is its 95 % interval.{change}"
    return figure("Mean LEK score.", words, rows_chart(rows, axis, has_changes=bool(report.comparisons)))


def _row(report: Report, subject: SubjectSummary, axis: Axis) -> ChartRow:
    middle = band_middle(0)
    strokes: tuple[Markup, ...] = (words_at(axis.place(0), middle + 4, "no score"),)
    if subject.avg_lek is not None:
        line = (whisker(axis, subject.interval, middle),) if subject.interval is not None else ()
        strokes = (*line, dot(axis.place(subject.avg_lek), middle, DOT_RADIUS, colour(report, subject.name)))
    num_scored = sum(probe.lek_score is not None for probe in subject.probes)
    interval = write_interval(subject.interval)
    title = f"{subject.name}: {write_average(subject.avg_lek)} over {write_count(num_scored, 'probe')}, 95 % interval {interval}"
    return ChartRow(
        label=subject_mark(report, subject.name),
        title=with_minus_signs(title),
        strokes=strokes,
        numbers=(element("span", element("b", with_minus_signs(write_average(subject.avg_lek))), _change(report, subject)),),
        height=row_height(1),
    )


def _change(report: Report, subject: SubjectSummary) -> Markup | None:
    for comparison in report.comparisons:
        if comparison.subject == subject.name and comparison.difference is not None:
            mean = comparison.difference.mean
            direction = "unchanged" if not comparison.is_significant else "improved" if mean > 0 else "regressed"
            return element("em", with_minus_signs(write_average_change(mean)), class_=direction)
    return element("em") if report.comparisons else None
