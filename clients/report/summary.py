"""The summary: what the numbers of a report say, a line each."""

from collections.abc import Iterator, Sequence

from clients.report.comparison import CHANGE_THRESHOLD
from clients.report.comparison_summary import ComparisonSummary, DimensionChange
from clients.report.doubts import Doubt
from clients.report.numerals import write_average, write_average_change, write_change_interval, write_p_value, write_share
from clients.report.subject_summary import SubjectSummary
from scoring.statistics.paired_difference import PairedDifference


def write_summary(subjects: Sequence[SubjectSummary], comparisons: Sequence[ComparisonSummary], doubts: Sequence[Doubt]) -> tuple[str, ...]:
    """Write the lines: what forbids to conclude anything, then the comparisons."""
    return (
        *(doubt.words for doubt in doubts),
        *(line for comparison in comparisons for line in (*_headlines(comparison), *write_change_lines(comparison))),
        *(line for subject in subjects for line in write_reply_lines(subject)),
    )


def write_change_lines(comparison: ComparisonSummary) -> Iterator[str]:
    """Say which dimensions moved, the furthest first, and which hard flags rose."""
    changed = sorted(comparison.dimensions, key=lambda change: -abs(change.difference.mean))
    if moved := [_dimension(change) for change in changed if round(change.difference.mean, 2)]:
        yield f"{_title(comparison)}, by dimension: {', '.join(moved)}."
    for flag in comparison.hard_flags:
        if flag.subject > flag.baseline:
            shares = f"from {write_share(flag.baseline)} to {write_share(flag.subject)} of the replies"
            yield f"{_title(comparison)}: the hard flag {flag.flag} rose {shares}."


def write_reply_lines(subject: SubjectSummary) -> Iterator[str]:
    """Say what became of a subject's requests, and how far variants of one probe lie apart."""
    replies = subject.replies
    counts = {
        "failed": replies.failed,
        "refused": replies.refused,
        "withheld by the endpoint's filter": replies.withheld,
        "still thinking at the length limit": replies.still_thinking,
        "with reasoning and no answer": replies.only_reasoning,
        "empty": replies.empty,
        "with a hard flag": replies.hard_flagged,
        "cut off at the length limit": replies.cut_off - replies.still_thinking,
    }
    if told := [f"{count} {what}" for what, count in counts.items() if count]:
        yield f"{subject.name}: of {replies.asked - replies.missing} replies {', '.join(told)}."
    if replies.passed is not None and replies.pass_interval is not None:
        low, high = replies.pass_interval
        yield (
            f"{subject.name}: {replies.passed} of {replies.judged} replies pass the checks of their probes"
            f" ({write_share(replies.passed, replies.judged)}, 95 % interval {write_share(low)} to {write_share(high)})."
        )
    for group in subject.groups:
        if group.spread is not None:
            yield (
                f"{subject.name}: the {len(group.ids)} variants of {group.group} lie between"
                f" {write_average(group.lowest)} and {write_average(group.highest)} (spread {write_average(group.spread)})."
            )


def write_shares(comparison: ComparisonSummary) -> str:
    """Write what share of the compared probes improved, regressed and is unchanged."""
    counts = (comparison.improved, comparison.regressed, comparison.unchanged)
    return " / ".join(write_share(count, comparison.num_compared) for count in counts)


def write_statistics(difference: PairedDifference) -> str:
    """Write how sure a difference is."""
    exact = " (exact)" if difference.is_exact else ""
    size = "" if difference.cohens_d is None else f", d = {write_average(difference.cohens_d)}"
    interval = "" if difference.low is None else f", 95 % interval {write_change_interval(difference.low, difference.high)}"
    return f"p = {write_p_value(difference.p_value)}{exact}{size}{interval}"


def write_verdict(comparison: ComparisonSummary) -> str:
    """Say at the end of a line what the difference is worth; nothing where it is significant."""
    if comparison.is_doubtful:
        return ": nothing can be concluded from it"
    return "" if comparison.is_significant else ": not significant"


def _headlines(comparison: ComparisonSummary) -> Iterator[str]:
    title, difference = _title(comparison), comparison.difference
    if difference is None:
        yield f"{title}: no probe has a score from both."
        return
    yield (
        f"{title}: {write_average(comparison.avg_baseline_lek)} → {write_average(comparison.avg_lek)}"
        f" ({write_average_change(difference.mean)}; {write_statistics(difference)})"
        f" over {difference.n} probes{write_verdict(comparison)}."
    )
    yield (
        f"{title}: {comparison.improved} improved, {comparison.regressed} regressed, {comparison.unchanged} unchanged by the"
        f" ±{CHANGE_THRESHOLD:g} rule ({write_shares(comparison)}); significant by their samples:"
        f" {comparison.significantly_improved} improved, {comparison.significantly_regressed} regressed."
    )


def _title(comparison: ComparisonSummary) -> str:
    return f"{comparison.baseline} → {comparison.subject}"


def _dimension(change: DimensionChange) -> str:
    before, after = write_average(change.baseline), write_average(change.subject)
    return f"{change.dimension} {before} → {after} ({write_average_change(change.difference.mean)})"
