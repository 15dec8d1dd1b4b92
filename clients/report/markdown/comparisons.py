"""The results: the paper's table for each comparison, what the statistics say of it, and the dimensions; or a subject alone."""

from collections.abc import Iterator

from clients.report.comparison import CHANGE_THRESHOLD, SIGNIFICANT
from clients.report.comparison_summary import ComparisonSummary, DimensionChange, ProbeChange
from clients.report.markdown.writing import code, escaped, table
from clients.report.numerals import write_average, write_average_change, write_change_interval, write_interval, write_p_value, write_share
from clients.report.report import Report
from clients.report.subject_summary import ProbeScore


def write_comparison_section(report: Report, comparison: ComparisonSummary) -> Iterator[str]:
    """Write a comparison, a paragraph after the other."""
    before, after = (next(s for s in report.subjects if s.name == name) for name in (comparison.baseline, comparison.subject))
    yield f"## {escaped(comparison.subject)} against {escaped(comparison.baseline)}"
    headings = ("probe", escaped(comparison.baseline), escaped(comparison.subject), "delta", "change", "p")
    rows = (_probe_row(*probes) for probes in zip(before.probes, after.probes, comparison.probes, strict=True))
    yield table(headings, (*rows, _average_row(comparison)))
    yield from _statistics(comparison)
    if comparison.dimensions:
        yield "By dimension, as means over the probes (the p-values are not corrected for there being several):"
        yield table(("dimension", *headings[1:3], "delta", "95 % interval", "p"), map(_dimension_row, comparison.dimensions))


def write_lone_section(report: Report) -> Iterator[str]:
    """Write the one subject that there is."""
    subject = report.subjects[0]
    yield "## Scores"
    end = ("**average**", "", f"**{write_average(subject.avg_lek)}**{_in_brackets(subject.interval)}")
    yield table(("probe", "flags", "score"), (*map(_lone_row, subject.probes), end), num_words=2)
    if subject.heuristic:
        yield table(("dimension", "mean"), ((code(name), write_average(value)) for name, value in subject.heuristic.items()))


def _probe_row(before: ProbeScore, after: ProbeScore, probe: ProbeChange) -> tuple[str, ...]:
    p = write_p_value(probe.p_value)
    numbers = (_with_interval(before), _with_interval(after), write_average_change(probe.delta))
    return code(probe.id), *numbers, probe.change or "not compared", f"**{p}**" if probe.is_significant else p


def _average_row(comparison: ComparisonSummary) -> tuple[str, ...]:
    difference = comparison.difference
    means = (
        write_average(comparison.avg_baseline_lek),
        write_average(comparison.avg_lek),
        write_average_change(difference.mean if difference else None),
    )
    return (
        f"**average of {comparison.num_compared}**",
        *(f"**{mean}**" for mean in means),
        "",
        write_p_value(difference.p_value if difference else None),
    )


def _statistics(comparison: ComparisonSummary) -> Iterator[str]:
    difference = comparison.difference
    if difference is None:
        yield "No probe has a score from both."
        return
    sure = "" if difference.low is None else f"95 % bootstrap interval {write_change_interval(difference.low, difference.high)}; "
    size = "" if difference.cohens_d is None else f"; Cohen's d = {write_average(difference.cohens_d)}"
    exact = "exact " if difference.is_exact else ""
    word = "significant" if comparison.is_significant else "not significant"
    yield (
        f"Mean paired difference {write_average_change(difference.mean)} ({sure}p = {write_p_value(difference.p_value)},"
        f" {exact}sign-flip permutation test{size}; n = {difference.n} probes): {word} at {SIGNIFICANT:g}."
    )
    counts = {"improved": comparison.improved, "regressed": comparison.regressed, "unchanged": comparison.unchanged}
    changes = ", ".join(f"{count} {word} ({write_share(count, difference.n)})" for word, count in counts.items())
    tested = (
        f"; significant by their samples, Holm-corrected: {comparison.significantly_improved} improved,"
        f" {comparison.significantly_regressed} regressed"
    )
    has_tests = any(probe.p_value is not None for probe in comparison.probes)
    yield f"By the ±{CHANGE_THRESHOLD:g} rule {changes}{tested if has_tests else ''}."


def _dimension_row(one: DimensionChange) -> tuple[str, ...]:
    difference = one.difference
    sure = write_change_interval(difference.low, difference.high)
    return (
        code(one.dimension),
        write_average(one.baseline),
        write_average(one.subject),
        write_average_change(difference.mean),
        sure,
        write_p_value(difference.p_value),
    )


def _lone_row(probe: ProbeScore) -> tuple[str, ...]:
    return code(probe.id), ", ".join(map(code, probe.flags)), _with_interval(probe)


def _with_interval(probe: ProbeScore) -> str:
    return write_average(probe.lek_score) + _in_brackets(probe.interval)


def _in_brackets(bounds: tuple[float, float] | None) -> str:
    return f" ({write_interval(bounds)})" if bounds is not None else ""
