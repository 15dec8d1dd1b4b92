"""What speaks against a subject, and what a gate must be able to see before anybody is asked."""

from collections.abc import Iterable, Iterator

from clients.battery.gates import Gates
from clients.errors import EndpointFailure, UsageFault
from clients.report.comparison_summary import ComparisonSummary
from clients.report.doubts import Kind
from clients.report.numerals import write_average_change, write_change, write_p_value, write_share
from clients.report.power import Power
from clients.report.report import Report
from clients.report.subject_summary import SubjectSummary


def check_power(power: Power, gate: str = "--fail-on-regression") -> None:
    """Refuse a gate on scores that cannot fire however bad they are; raises UsageFault."""
    if not (power.sees_average or power.sees_probes):
        raise UsageFault(f"{gate} cannot fail on any score here: {'; '.join(power.blind_spots)}. More of either will do")


def find_gate_reasons(gates: Gates, report: Report) -> tuple[str, ...]:
    """List what the gates find, none where all is well."""
    return tuple(_reasons(gates, report))


def check_power_left(report: Report) -> None:
    """See that a gate on scores could still have found something in what came; raises EndpointFailure."""
    for comparison in report.comparisons:
        power = _power_left(report, comparison)
        if not (power.sees_average or power.sees_probes):
            raise EndpointFailure(
                f"{comparison.subject}: with the replies that have a score, --fail-on-regression cannot fail on any:"
                f" {'; '.join(power.blind_spots)}"
            )


def check_subjects(report: Report) -> None:
    """See that the subjects are what was asked for, and not one and the same; raises EndpointFailure."""
    _raise_grave(report, "same_model", "same_replies")


def check_samples(report: Report) -> None:
    """See that samples are more than copies of one; raises EndpointFailure."""
    _raise_grave(report, "same_samples")


def find_regressions(comparisons: Iterable[ComparisonSummary]) -> tuple[str, ...]:
    """List the reasons, none where all is well: what regressed significantly, and every hard flag that rose."""
    return tuple(reason for comparison in comparisons for reason in (*_worse_scores(comparison), *_more_flags(comparison)))


def _reasons(gates: Gates, report: Report) -> Iterator[str]:
    for comparison in report.comparisons:
        if gates.on_regression:
            yield from _worse_scores(comparison)
        if gates.on_regression or gates.on_flags:
            yield from _more_flags(comparison)
    summaries = {subject.name: subject for subject in report.subjects}
    if gates.on_flags and not report.comparisons:
        yield from _any_flags(report)
    if gates.on_refusals and not report.comparisons:
        for subject in report.subjects:
            if subject.replies.refused:
                yield f"{subject.name} refuses {write_share(_refusals(subject))} of its replies"
    elif gates.on_refusals:
        for comparison in report.comparisons:
            after, before = _refusals(summaries[comparison.subject]), _refusals(summaries[comparison.baseline])
            if after > before:
                yield f"{comparison.subject} refuses {write_share(after)} of its replies, {comparison.baseline} {write_share(before)}"


def _raise_grave(report: Report, *kinds: Kind) -> None:
    if words := [doubt.words for doubt in report.findings.doubts if doubt.is_grave and doubt.kind in kinds]:
        raise EndpointFailure("nothing can be concluded: " + " ".join(words))


def _worse_scores(comparison: ComparisonSummary) -> Iterator[str]:
    subject, difference = comparison.subject, comparison.difference
    if difference is None:
        yield f"{subject} has no probe in common with {comparison.baseline} that both have a score for"
        return
    if comparison.is_significant and difference.mean < 0:
        yield f"{subject} scores {write_average_change(difference.mean)} on average (p = {write_p_value(difference.p_value)})"
    for probe in comparison.probes:
        if probe.is_significant and probe.delta is not None and probe.delta < 0:
            yield f"{subject} scores {write_change(probe.delta)} on {probe.id} (p = {write_p_value(probe.p_value)}, corrected)"


def _more_flags(comparison: ComparisonSummary) -> Iterator[str]:
    for flag in comparison.hard_flags:
        if flag.subject > flag.baseline:
            yield (
                f"{comparison.subject} raises {flag.flag} in {write_share(flag.subject)} of its replies,"
                f" {comparison.baseline} in {write_share(flag.baseline)}"
            )


def _any_flags(report: Report) -> Iterator[str]:
    for mode in report.findings.failure_modes:
        if mode.tier == "hard":
            yield f"{mode.subject} raises {mode.flag} in {write_share(mode.share)} of its replies"


def _refusals(subject: SubjectSummary) -> float:
    """Give the share of a subject's replies that refuse."""
    replies = subject.replies
    num_replies = replies.asked - replies.failed - replies.missing
    return replies.refused / num_replies if num_replies else 0.0


def _power_left(report: Report, comparison: ComparisonSummary) -> Power:
    """See how many probes and samples have a score on both sides, at best."""
    counts = [
        tuple(
            sum(sample.scored.lek_score is not None for sample in report.samples(row, name))
            for name in (comparison.subject, comparison.baseline)
        )
        for row in report.results
    ]
    after, before = max(counts, key=min, default=(0, 0))
    return Power(num_probes=comparison.num_compared, num_samples=after, num_baseline_samples=before)
