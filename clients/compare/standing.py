"""The standing of each entrant among the others, over the probes that all of them answered."""

from collections.abc import Sequence
from statistics import fmean

import msgspec

from clients.compare.entrant import Entrant
from clients.report.outcome import Outcome
from clients.report.rounded_statistics import RESAMPLING_SEED, Interval, round_interval
from scoring.statistics.bootstrap import bootstrap_interval


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """One entrant's line."""

    label: str
    file: str
    subject: str
    model: str
    scale: float | None
    adapter_digest: str | None
    rank: int  # by average, 1 is the highest; equal averages share one
    avg_lek: float
    interval: Interval | None  # of the average, over the probes
    mean_rank: float  # over the probes; equal scores share the mean of their ranks
    num_replies: int
    num_hard_flagged: int
    num_judged: int  # by the checks of their probes
    num_passed: int


def rank_entrants(entrants: Sequence[Entrant], outcomes: Sequence[Sequence[Outcome]]) -> tuple[Standing, ...]:
    """Rank the entrants, the best first; `outcomes` are theirs, on the same probes, each with a score."""
    scores = [[outcome.lek_score for outcome in own if outcome.lek_score is not None] for own in outcomes]
    averages = [fmean(own) for own in scores]
    ranks = [shared_ranks(column) for column in zip(*scores, strict=True)]
    lines = [
        _standing(
            entrant, own, scores=scores[place], rank=competition_rank(averages, place), mean_rank=fmean(rank[place] for rank in ranks)
        )
        for place, (entrant, own) in enumerate(zip(entrants, outcomes, strict=True))
    ]
    return tuple(sorted(lines, key=lambda line: line.rank))


def competition_rank(values: Sequence[float], place: int) -> int:
    """Rank one value as sports do: 1, 2, 2, 4. The dust of binary fractions parts none."""
    return 1 + sum(round(value, 6) > round(values[place], 6) for value in values)


def shared_ranks(values: Sequence[float]) -> tuple[float, ...]:
    """Rank values from 1 for the highest; equal ones share the mean of the ranks that they take."""
    kept = [round(value, 6) for value in values]
    return tuple(1 + sum(other > value for other in kept) + (kept.count(value) - 1) / 2 for value in kept)


def _standing(entrant: Entrant, own: Sequence[Outcome], *, scores: Sequence[float], rank: int, mean_rank: float) -> Standing:
    replies = [sample for outcome in own for sample in outcome.samples if sample.reply.error is None]
    judgements = [sample.scored.judgement for sample in replies if sample.scored.judgement is not None]
    judged = [judgement.passed for judgement in judgements if judgement.passed is not None]
    return Standing(
        label=entrant.label,
        file=entrant.saved.file,
        subject=entrant.origin.name,
        model=entrant.origin.model,
        scale=entrant.origin.scale,
        adapter_digest=entrant.origin.adapter_digest,
        rank=rank,
        avg_lek=fmean(scores),
        interval=round_interval(bootstrap_interval(scores, seed=RESAMPLING_SEED)),
        mean_rank=mean_rank,
        num_replies=len(replies),
        num_hard_flagged=sum(bool(sample.scored.hard_flags) for sample in replies),
        num_judged=len(judged),
        num_passed=sum(judged),
    )
