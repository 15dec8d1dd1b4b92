"""What was measured of one checkpoint, and of what all of them are compared with."""

from collections import Counter

import msgspec

from clients.checkpoints.run_folder import Checkpoint
from clients.checkpoints.training_record import TrainingCounts
from clients.report.comparison_summary import ComparisonSummary
from clients.report.report import Report
from clients.report.rounded_statistics import Interval, round_interval
from clients.report.subject_summary import SubjectSummary
from scoring.statistics.fisher import fisher_more_often
from scoring.statistics.paired_difference import PairedDifference
from scoring.statistics.wilson_interval import wilson_interval

SIGNIFICANT = 0.05


class Share(msgspec.Struct, frozen=True, kw_only=True):
    """How many of the replies; the interval is Wilson's."""

    count: int
    num_replies: int
    share: float | None  # None of no replies
    interval: Interval | None


class FlagShare(msgspec.Struct, frozen=True, kw_only=True):
    """A hard flag, and how many of the replies raise it."""

    flag: str
    replies: Share


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """What the battery finds of one subject."""

    name: str
    avg_lek: float | None  # over the probes that have a score
    interval: Interval | None  # of the average, over the probes
    num_probes: int  # that have a score
    asked: int
    failed: int
    hard_flagged: Share  # with any hard flag
    hard_flags: tuple[FlagShare, ...]
    refused: Share
    cut_off: int
    scores: dict[str, float | None]  # by probe
    doubts: tuple[str, ...] = ()  # of the replies, in words


class StepResult(msgspec.Struct, frozen=True, kw_only=True):
    """A checkpoint: what was measured, or why there is nothing."""

    step: int
    place: str  # in the folder of the run; "" is the folder itself
    is_final: bool
    digest: str | None = None  # as the server found it
    training: TrainingCounts | None = None  # as its record has it
    measured: Measured | None = None
    delta: PairedDifference | None = None  # of the probes' scores to the base's
    is_significant: bool = False
    hard_flags_p: float | None = None  # one-sided, Fisher's: with so many hard flags or more, were it as the base
    has_more_hard_flags: bool = False  # by that p-value
    gate_reasons: tuple[str, ...] = ()
    error: str | None = None


def measure(report: Report, name: str) -> Measured:
    """Take a subject out of a battery's report."""
    subject = next(one for one in report.subjects if one.name == name)
    replies = subject.replies
    num_replies = replies.asked - replies.missing - replies.failed
    flags = Counter(
        flag
        for row in report.results
        for sample in report.samples(row, name)
        if sample.reply.error is None
        for flag in sample.scored.hard_flags
    )
    return Measured(
        name=name,
        avg_lek=subject.avg_lek,
        interval=subject.interval,
        num_probes=sum(probe.lek_score is not None for probe in subject.probes),
        asked=replies.asked,
        failed=replies.failed,
        hard_flagged=make_share(_num_hard_flagged(report, subject), num_replies),
        hard_flags=tuple(FlagShare(flag=flag, replies=make_share(count, num_replies)) for flag, count in flags.most_common()),
        refused=make_share(replies.refused, num_replies),
        cut_off=replies.cut_off,
        scores={probe.id: probe.lek_score for probe in subject.probes},
        doubts=tuple(doubt.words for doubt in report.findings.doubts if name in doubt.subjects),
    )


def make_result(
    checkpoint: Checkpoint, report: Report, base: Measured, *, digest: str, training: TrainingCounts | None, gate_reasons: tuple[str, ...]
) -> StepResult:
    """Sum up a report of the base and a checkpoint."""
    comparison: ComparisonSummary = report.comparisons[0]
    measured = measure(report, comparison.subject)
    p_value = fisher_more_often(
        measured.hard_flagged.count, measured.hard_flagged.num_replies, base.hard_flagged.count, base.hard_flagged.num_replies
    )
    return StepResult(
        step=checkpoint.step,
        place=checkpoint.place,
        is_final=checkpoint.is_final,
        digest=digest,
        training=training,
        measured=measured,
        delta=comparison.difference,
        is_significant=comparison.is_significant,
        hard_flags_p=p_value,
        has_more_hard_flags=p_value <= SIGNIFICANT,
        gate_reasons=gate_reasons,
    )


def make_failure(checkpoint: Checkpoint, error: str, *, digest: str | None = None, training: TrainingCounts | None = None) -> StepResult:
    """Say why there is nothing of a checkpoint."""
    return StepResult(
        step=checkpoint.step, place=checkpoint.place, is_final=checkpoint.is_final, digest=digest, training=training, error=error
    )


def make_share(count: int, num_replies: int) -> Share:
    """Put a count beside what it is of."""
    return Share(
        count=count,
        num_replies=num_replies,
        share=count / num_replies if num_replies else None,
        interval=round_interval(wilson_interval(count, num_replies)),
    )


def _num_hard_flagged(report: Report, subject: SubjectSummary) -> int:
    """Count the replies with any; one that failed is none, whatever came of it before."""
    return sum(
        bool(sample.scored.hard_flags) and sample.reply.error is None
        for row in report.results
        for sample in report.samples(row, subject.name)
    )
