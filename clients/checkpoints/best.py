"""The best checkpoint.

The rule: of those that do not raise hard flags significantly more often than the baseline, and whose mean score is above the baseline's,
the one with the highest mean; but the earliest of those that cannot be told from it, since less training that does as well has moved the
model less. Two can be told apart where the 95 % interval of their difference, probe by probe, does not hold zero.
"""

from collections.abc import Sequence

import msgspec

from clients.checkpoints.step import Measured, StepResult
from clients.report.numerals import write_average, write_average_change, write_change_interval, write_p_value
from clients.report.rounded_statistics import judge_differences
from scoring.statistics.paired_difference import PairedDifference


class Best(msgspec.Struct, frozen=True, kw_only=True):
    """What to promote."""

    step: int
    place: str
    digest: str | None
    is_significantly_better: bool  # than the base
    highest_step: int  # the one with the highest mean, which may be a later one
    words: str


def find_best(steps: Sequence[StepResult]) -> Best | None:
    """Apply the rule; None where no checkpoint is better than the base."""
    good = [step for step in steps if step.measured is not None and not step.has_more_hard_flags and _gain(step) > 0]
    if not good:
        return None
    highest = max(good, key=_mean)  # the earliest of equals
    best = next(step for step in good if step is highest or _is_tied(step, highest))
    assert best.measured is not None
    return Best(
        step=best.step,
        place=best.place,
        digest=best.digest,
        is_significantly_better=best.is_significant,
        highest_step=highest.step,
        words=_describe(best, highest),
    )


def explain_none(base: Measured, steps: Sequence[StepResult]) -> str:
    """Say why there is no best one."""
    judged = [step for step in steps if step.measured is not None and step.measured.avg_lek is not None]
    if not judged:
        return "No checkpoint has a score: there is none to promote."
    highest = max(judged, key=_mean)
    words = f"No checkpoint is better than the baseline, which scores {write_average(base.avg_lek)}"
    if _gain(highest) <= 0:
        return f"{words}: the highest is step {highest.step} with {write_average(_mean(highest))}."
    return (
        f"No checkpoint is to be promoted: those that score above the baseline's {write_average(base.avg_lek)} (the highest is step"
        f" {highest.step} with {write_average(_mean(highest))}) raise hard flags significantly more often."
    )


def _is_tied(step: StepResult, highest: StepResult) -> bool:
    difference = _compare(highest, step)
    return difference is not None and (difference.mean == 0 or (difference.low is not None and difference.low <= 0))


def _compare(step: StepResult, other: StepResult) -> PairedDifference | None:
    assert step.measured is not None and other.measured is not None
    pairs = [(score, other.measured.scores.get(probe)) for probe, score in step.measured.scores.items()]
    return judge_differences([after - before for after, before in pairs if after is not None and before is not None])


def _describe(best: StepResult, highest: StepResult) -> str:
    assert best.measured is not None and best.delta is not None
    delta = best.delta
    words = (
        f"The best checkpoint is step {best.step}: {write_average(_mean(best))}, {write_average_change(delta.mean)} against the baseline"
        f" (p = {write_p_value(delta.p_value)}, 95 % interval {write_change_interval(delta.low, delta.high)}; over {delta.n} probes)"
    )
    if not best.is_significant:
        words += ", which is not significant"
    difference = None if highest is best else _compare(highest, best)
    if difference is None:
        return f"{words}."
    return (
        f"{words}. Step {highest.step} has the highest mean, {write_average(_mean(highest))}, but cannot be told from it:"
        f" {write_average_change(difference.mean)}, 95 % interval {write_change_interval(difference.low, difference.high)}."
    )


def _mean(step: StepResult) -> float:
    return step.measured.avg_lek if step.measured is not None and step.measured.avg_lek is not None else float("-inf")


def _gain(step: StepResult) -> float:
    return step.delta.mean if step.delta is not None else float("-inf")
