"""A subject beside the baseline, summed up with what is significant of it."""

from collections.abc import Iterator, Sequence

import msgspec

from clients.report.comparison import SIGNIFICANT, Change, Comparison
from clients.report.outcome import Outcome
from clients.report.rounded_statistics import judge_differences
from scoring.statistics.paired_difference import PairedDifference


class ProbeChange(msgspec.Struct, frozen=True, kw_only=True):
    """One probe in a comparison."""

    id: str
    baseline_lek_score: float | None
    lek_score: float | None
    delta: float | None
    change: Change | None
    p_value: float | None  # by its samples, unpaired, Holm-corrected over the probes; None for fewer than two a side
    is_significant: bool


class DimensionChange(msgspec.Struct, frozen=True, kw_only=True):
    """One dimension of the heuristic, averaged over the probes that both have."""

    dimension: str
    baseline: float
    subject: float
    difference: PairedDifference


class FlagChange(msgspec.Struct, frozen=True, kw_only=True):
    """How often a hard flag is raised, as shares of the replies."""

    flag: str
    baseline: float
    subject: float


class ComparisonSummary(msgspec.Struct, frozen=True, kw_only=True):
    """All probes. Averages are over those where both subjects have a score: `difference.n` of them."""

    baseline: str
    subject: str
    avg_baseline_lek: float | None
    avg_lek: float | None
    difference: PairedDifference | None  # over the probes
    is_significant: bool
    improved: int  # by more than half a point, as in the paper
    regressed: int
    unchanged: int
    significantly_improved: int  # of the probes, by their samples
    significantly_regressed: int
    probes: tuple[ProbeChange, ...]
    dimensions: tuple[DimensionChange, ...]
    hard_flags: tuple[FlagChange, ...]  # those that either raises
    is_doubtful: bool = False  # by a grave doubt about either: nothing can be concluded, whatever the p-value

    @property
    def num_compared(self) -> int:
        """Count the probes that the averages are over."""
        return self.difference.n if self.difference else 0


def summarize_comparison(baseline: str, subject: str, comparison: Comparison, *, is_doubtful: bool = False) -> ComparisonSummary:
    """Sum up a comparison of two subjects, given by name."""
    difference = comparison.difference
    probes = tuple(_probe_changes(comparison))
    significant = [probe.delta for probe in probes if probe.is_significant and probe.delta is not None]
    return ComparisonSummary(
        baseline=baseline,
        subject=subject,
        avg_baseline_lek=comparison.avg_baseline,
        avg_lek=comparison.avg_subject,
        difference=difference,
        is_significant=difference is not None and difference.p_value <= SIGNIFICANT and not is_doubtful,
        improved=comparison.count("improved"),
        regressed=comparison.count("regressed"),
        unchanged=comparison.count("unchanged"),
        significantly_improved=sum(delta > 0 for delta in significant),
        significantly_regressed=sum(delta < 0 for delta in significant),
        probes=probes,
        dimensions=tuple(_dimension_changes(comparison)),
        hard_flags=tuple(_flag_changes(comparison)),
        is_doubtful=is_doubtful,
    )


def _probe_changes(comparison: Comparison) -> Iterator[ProbeChange]:
    for pair, p_value in zip(comparison.pairs, comparison.p_values, strict=True):
        yield ProbeChange(
            id=pair.subject.probe.id,
            baseline_lek_score=pair.baseline.lek_score,
            lek_score=pair.subject.lek_score,
            delta=pair.delta,
            change=pair.change,
            p_value=p_value,
            is_significant=p_value is not None and p_value <= SIGNIFICANT,
        )


def _dimension_changes(comparison: Comparison) -> Iterator[DimensionChange]:
    pairs = [
        (pair.baseline.heuristic, pair.subject.heuristic)
        for pair in comparison.pairs
        if pair.baseline.heuristic is not None and pair.subject.heuristic is not None
    ]
    for dimension in pairs[0][0] if pairs else ():
        before = [baseline[dimension] for baseline, _ in pairs]
        after = [subject[dimension] for _, subject in pairs]
        difference = judge_differences([b - a for a, b in zip(before, after, strict=True)])
        if difference is not None:
            yield DimensionChange(
                dimension=dimension, baseline=sum(before) / len(before), subject=sum(after) / len(after), difference=difference
            )


def _flag_changes(comparison: Comparison) -> Iterator[FlagChange]:
    before = _hard_flags([pair.baseline for pair in comparison.pairs])
    after = _hard_flags([pair.subject for pair in comparison.pairs])
    for flag in dict.fromkeys(flag for flags in (*before, *after) for flag in flags):
        yield FlagChange(flag=flag, baseline=_share(flag, before), subject=_share(flag, after))


def _hard_flags(outcomes: Sequence[Outcome]) -> list[tuple[str, ...]]:
    """List the hard flags of each reply that there is."""
    return [sample.scored.hard_flags for outcome in outcomes for sample in outcome.samples if sample.reply.error is None]


def _share(flag: str, replies: Sequence[Sequence[str]]) -> float:
    return sum(flag in flags for flags in replies) / len(replies) if replies else 0.0
