"""Where degeneration begins.

The rule: the first checkpoint whose replies raise hard flags more often than the baseline's (Fisher's exact test on the counts of replies,
one-sided, p ≤ 0.05) if the next one that was judged does so too, or if there is no next one. Replies have a hard flag or have none,
there are few of them, and the base often has none at all: for such counts the exact test is right and needs no assumption. One step
alone may be chance, since each checkpoint is a test of its own; what stays is none. The last one has nobody to confirm it, and the
words say so.

A training is stopped where the rule is met by two in a row, or by one alone if that is beyond doubt (p ≤ 0.005, which is 0.05 spread
over ten looks): to wait for the next one would be to train on what is broken.
"""

from collections.abc import Sequence

import msgspec

from clients.checkpoints.step import SIGNIFICANT, Measured, Share, StepResult
from clients.report.numerals import write_p_value, write_share
from scoring.statistics.fisher import fewest_seen

BEYOND_DOUBT = 0.005


class Onset(msgspec.Struct, frozen=True, kw_only=True):
    """The step at which degeneration begins."""

    step: int
    is_confirmed: bool  # by the next checkpoint
    p_value: float
    words: str


def find_onset(base: Measured, steps: Sequence[StepResult]) -> Onset | None:
    """Apply the rule to the steps in their order; those that were not judged count for nothing."""
    judged = [step for step in steps if step.measured is not None]
    for place, step in enumerate(judged):
        following = judged[place + 1 : place + 2]
        if step.has_more_hard_flags and all(one.has_more_hard_flags for one in following):
            return _make_onset(base, step, following[0] if following else None)
    return None


def is_to_stop(onset: Onset | None) -> bool:
    """Say whether a training is to be stopped for it."""
    return onset is not None and (onset.is_confirmed or onset.p_value <= BEYOND_DOUBT)


def explain_blindness(base: Measured, steps: Sequence[StepResult]) -> str | None:
    """Say what could not be seen for lack of replies; None where a rise by a fifth of the replies would have been."""
    num_replies = min((step.measured.hard_flagged.num_replies for step in steps if step.measured is not None), default=0)
    before = base.hard_flagged
    if not num_replies:
        return None
    fewest = fewest_seen(num_replies, before.count, before.num_replies, significant=SIGNIFICANT)
    against = f"against {_write(before)} of the baseline"
    if fewest is None:
        return (
            f"With {num_replies} replies a checkpoint no number of hard flags could be told from chance {against}: --samples asks for more."
        )
    if fewest / num_replies - (before.share or 0) <= 0.2:
        return None
    return f"With {num_replies} replies a checkpoint fewer than {fewest} with a hard flag could not be told from chance {against}."


def _make_onset(base: Measured, step: StepResult, following: StepResult | None) -> Onset:
    assert step.measured is not None and step.hard_flags_p is not None
    if following is None:
        ending = "it is the last one that was judged, so no later one confirms it"
    else:
        assert following.measured is not None
        ending = f"and it stays so at step {following.step}: {_write(following.measured.hard_flagged)}"
    return Onset(
        step=step.step,
        is_confirmed=following is not None,
        p_value=step.hard_flags_p,
        words=(
            f"Degeneration begins at step {step.step}: {_write(step.measured.hard_flagged)} have a hard flag{_name_flags(step.measured)},"
            f" of the baseline's {_write(base.hard_flagged)} (p = {write_p_value(step.hard_flags_p)}); {ending}."
        ),
    )


def _name_flags(measured: Measured) -> str:
    return f" ({', '.join(flag.flag for flag in measured.hard_flags)})" if measured.hard_flags else ""


def _write(share: Share) -> str:
    return f"{share.count} of {share.num_replies} replies ({write_share(share.count, share.num_replies)})"
