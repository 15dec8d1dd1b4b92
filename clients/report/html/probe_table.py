"""The numbers behind the probes' chart: the paper's table for every comparison."""

from collections.abc import Iterator

from clients.report.comparison_summary import ComparisonSummary, ProbeChange
from clients.report.html.markup import Markup, element
from clients.report.html.tables import table
from clients.report.numerals import with_minus_signs, write_average, write_average_change, write_interval, write_p_value, write_score
from clients.report.report import Report
from clients.report.subject_summary import ProbeScore, SubjectSummary


def probe_tables(report: Report) -> Markup:
    """Write the tables, folded away."""
    tables = [_comparison_table(report, comparison) for comparison in report.comparisons] or [_lone_table(report.subjects[0])]
    return element("details", element("summary", "The same as tables"), *tables, class_="numbers-table")


def spread_table(report: Report) -> Markup | None:
    """Write how far rephrased variants of one probe lie apart."""
    groups = [group.group for group in report.subjects[0].groups]
    if not groups:
        return None
    rows = [(name, *(with_minus_signs(_spread(subject, place)) for subject in report.subjects)) for place, name in enumerate(groups)]
    return table("Mean and range over the variants of a probe", ("group", *(s.name for s in report.subjects)), rows, css_class="figures")


def _comparison_table(report: Report, comparison: ComparisonSummary) -> Markup:
    before, after = (next(s for s in report.subjects if s.name == name) for name in (comparison.baseline, comparison.subject))
    difference = comparison.difference
    foot = (
        f"average of {comparison.num_compared}",
        *map(with_minus_signs, (write_average(comparison.avg_baseline_lek), write_average(comparison.avg_lek))),
        with_minus_signs(write_average_change(difference.mean if difference else None)),
        "",
        write_p_value(difference.p_value if difference else None),
    )
    return table(
        f"{comparison.baseline} → {comparison.subject}",
        ("probe", comparison.baseline, comparison.subject, "delta", "change", "p"),
        (_comparison_row(*probes) for probes in zip(before.probes, after.probes, comparison.probes, strict=True)),
        foot=foot,
    )


def _comparison_row(before: ProbeScore, after: ProbeScore, probe: ProbeChange) -> Iterator[str | Markup]:
    yield probe.id
    yield _with_interval(before)
    yield _with_interval(after)
    yield with_minus_signs(write_average_change(probe.delta))
    yield probe.change or "not compared"
    yield element("b", write_p_value(probe.p_value)) if probe.is_significant else write_p_value(probe.p_value)


def _lone_table(subject: SubjectSummary) -> Markup:
    rows = ((probe.id, _with_interval(probe), ", ".join(probe.flags)) for probe in subject.probes)
    foot = ("average", with_minus_signs(write_average(subject.avg_lek)), "")
    return table(f"Scores of {subject.name}", ("probe", "score", "flags"), rows, foot=foot)


def _with_interval(probe: ProbeScore) -> Markup:
    sure = element("small", f" {with_minus_signs(write_interval(probe.interval))}") if probe.interval is not None else None
    return element("span", with_minus_signs(write_average(probe.lek_score)), sure)


def _spread(subject: SubjectSummary, place: int) -> str:
    group = subject.groups[place]
    return f"{write_average(group.lek_score)} ({write_score(group.lowest)} to {write_score(group.highest)})"
