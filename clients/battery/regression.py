"""What speaks against a subject: the verdict of `--fail-on-regression`, and of whatever else lets a candidate pass or not."""

from collections.abc import Iterable, Iterator

from clients.report.comparison_summary import ComparisonSummary


def regressions(comparisons: Iterable[ComparisonSummary]) -> tuple[str, ...]:
    """List the reasons, none where all is well: what regressed significantly, and every hard flag that rose."""
    return tuple(reason for comparison in comparisons for reason in _reasons(comparison))


def _reasons(comparison: ComparisonSummary) -> Iterator[str]:
    subject, difference = comparison.subject, comparison.difference
    if difference is None:
        yield f"{subject} has no probe in common with {comparison.baseline} that both have a score for"
        return
    if comparison.is_significant and difference.mean < 0:
        yield f"{subject} scores {difference.mean:+.2f} on average (p = {difference.p_value:.3g})"
    for probe in comparison.probes:
        if probe.is_significant and probe.delta is not None and probe.delta < 0:
            yield f"{subject} scores {probe.delta:+g} on {probe.id} (p = {probe.p_value:.3g}, corrected)"
    for flag in comparison.hard_flags:
        if flag.subject > flag.baseline:
            yield f"{subject} raises {flag.flag} in {flag.subject:.0%} of its replies, {comparison.baseline} in {flag.baseline:.0%}"
