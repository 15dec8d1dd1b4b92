"""All that was measured of one subject, summed up."""

from collections.abc import Iterable, Sequence
from itertools import chain

import msgspec

from clients.asking.subject import Role
from clients.records.record import Record
from clients.report.outcome import Outcome, mean
from clients.report.rounded_statistics import RESAMPLING_SEED, Interval, round_interval
from scoring.statistics.bootstrap import bootstrap_interval
from scoring.statistics.mean_interval import mean_interval
from scoring.statistics.wilson_interval import wilson_interval


class ProbeScore(msgspec.Struct, frozen=True, kw_only=True):
    """A subject's score on one probe: the mean of its samples."""

    id: str
    lek_score: float | None
    interval: Interval | None  # of the mean, from the samples; None for fewer than two
    num_scored: int
    num_passed: int | None  # of the samples, by the probe's own checks; None where it has none
    heuristic: dict[str, float] | None
    flags: tuple[str, ...]  # each that any sample raises


class GroupSpread(msgspec.Struct, frozen=True, kw_only=True):
    """How far a subject's scores lie apart over rephrased variants of one probe."""

    group: str
    ids: tuple[str, ...]
    lek_score: float | None  # the mean over the variants
    lowest: float | None
    highest: float | None
    spread: float | None  # highest - lowest; None for fewer than two scores


class Replies(msgspec.Struct, frozen=True, kw_only=True):
    """How a subject's requests ended. What is empty or refused by the model has a score, what failed or has no answer has none."""

    asked: int
    missing: int  # not answered before the run was cut short
    failed: int
    refused: int
    empty: int
    cut_off: int  # at --max-tokens
    hard_flagged: int
    passed: int | None  # the checks of their probes; None where no probe has any
    judged: int  # by such checks; those cut off before it could be told are not
    pass_interval: Interval | None  # of passed / judged
    prompt_tokens: int | None  # None where the endpoint counts none
    completion_tokens: int | None
    mean_seconds: float | None
    withheld: int = 0  # of the refused: by the endpoint's filter
    still_thinking: int = 0  # of those cut off: no answer had begun
    only_reasoning: int = 0  # that ended by themselves without an answer


class SubjectSummary(msgspec.Struct, frozen=True, kw_only=True):
    """A subject over all probes."""

    name: str
    role: Role
    avg_lek: float | None  # over the probes that have a score
    interval: Interval | None  # of the average, over the probes
    heuristic: dict[str, float] | None  # each dimension's mean over the probes
    probes: tuple[ProbeScore, ...]
    groups: tuple[GroupSpread, ...]
    replies: Replies


def summarize_subject(name: str, role: Role, outcomes: Sequence[Outcome], num_samples: int) -> SubjectSummary:
    """Sum up the outcomes of a subject that each probe was to be asked `num_samples` times."""
    scores = [outcome.lek_score for outcome in outcomes if outcome.lek_score is not None]
    heuristics = [outcome.heuristic for outcome in outcomes if outcome.heuristic is not None]
    return SubjectSummary(
        name=name,
        role=role,
        avg_lek=mean(scores),
        interval=round_interval(bootstrap_interval(scores, seed=RESAMPLING_SEED)),
        heuristic={dimension: average_dimension(heuristics, dimension) for dimension in heuristics[0]} if heuristics else None,
        probes=tuple(_probe_score(outcome) for outcome in outcomes),
        groups=tuple(_group_spreads(outcomes)),
        replies=_replies([*chain.from_iterable(outcome.samples for outcome in outcomes)], num_asked=num_samples * len(outcomes)),
    )


def average_dimension(heuristics: Sequence[dict[str, float]], dimension: str) -> float:
    """Average one dimension."""
    return sum(heuristic[dimension] for heuristic in heuristics) / len(heuristics)


def _probe_score(outcome: Outcome) -> ProbeScore:
    return ProbeScore(
        id=outcome.probe.id,
        lek_score=outcome.lek_score,
        interval=round_interval(mean_interval(outcome.scores)),
        num_scored=len(outcome.scores),
        num_passed=_num_passed(outcome.samples),
        heuristic=outcome.heuristic,
        flags=outcome.flags,
    )


def _group_spreads(outcomes: Sequence[Outcome]) -> Iterable[GroupSpread]:
    groups: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        if outcome.probe.group is not None:
            groups.setdefault(outcome.probe.group, []).append(outcome)
    for group, variants in groups.items():
        scores = [outcome.lek_score for outcome in variants if outcome.lek_score is not None]
        yield GroupSpread(
            group=group,
            ids=tuple(outcome.probe.id for outcome in variants),
            lek_score=mean(scores),
            lowest=min(scores, default=None),
            highest=max(scores, default=None),
            spread=max(scores) - min(scores) if len(scores) > 1 else None,
        )


def _replies(records: Sequence[Record], num_asked: int) -> Replies:
    passed = _num_passed(records)
    judged = sum(record.scored.judgement is not None and record.scored.judgement.passed is not None for record in records)
    return Replies(
        asked=num_asked,
        missing=num_asked - len(records),
        failed=sum(record.reply.error is not None for record in records),
        refused=sum(record.reply.refusing_words is not None for record in records),
        empty=sum(record.reply.is_empty for record in records),
        cut_off=sum(record.reply.finish_reason == "length" for record in records),
        hard_flagged=sum(bool(record.scored.hard_flags) for record in records),
        passed=passed,
        judged=judged,
        pass_interval=round_interval(wilson_interval(passed or 0, judged)),
        prompt_tokens=_total(record.reply.num_prompt_tokens for record in records),
        completion_tokens=_total(record.reply.num_completion_tokens for record in records),
        mean_seconds=mean(record.reply.seconds for record in records),
        withheld=sum(record.reply.is_withheld for record in records),
        still_thinking=sum(record.reply.is_still_thinking for record in records),
        only_reasoning=sum(record.reply.is_only_reasoning and not record.reply.is_cut_off for record in records),
    )


def _num_passed(records: Sequence[Record]) -> int | None:
    judgements = [record.scored.judgement for record in records if record.scored.judgement is not None]
    return sum(judgement.passed is True for judgement in judgements) if judgements else None


def _total(counts: Iterable[int | None]) -> int | None:
    present = [count for count in counts if count is not None]
    return sum(present) if present else None
