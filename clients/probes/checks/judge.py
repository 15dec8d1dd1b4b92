"""The judgement of a reply by its probe's checks."""

from collections.abc import Sequence

import msgspec

from clients.probes.checks.equals_number import EqualsNumber
from clients.probes.checks.fault import CheckedReply
from clients.probes.checks.items import Items
from clients.probes.checks.json_value import JsonValue
from clients.probes.checks.matches import Matches
from clients.probes.checks.no_flag import NoFlag
from clients.probes.checks.no_refusal import NoRefusal
from clients.probes.checks.numbers import Numbers
from clients.probes.checks.phrases import Contains, Excludes
from clients.probes.checks.repeats import Repeats
from clients.probes.checks.words import Words

Check = Contains | Excludes | Matches | EqualsNumber | Numbers | Items | JsonValue | Repeats | Words | NoRefusal | NoFlag


class Judgement(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a reply does what its probe asks."""

    passed: bool | None  # None: the reply was cut off before it could be told
    why: str  # what is wrong, or why nothing can be said; empty where it passed


def judge(checks: Sequence[Check], reply: CheckedReply, *, is_cut_off: bool) -> Judgement | None:
    """Put a reply to all checks: it passes if each holds. None where there is no check.

    A reply that was cut off at its length limit fails only by what no continuation could mend, such as a loop that it had fallen into.
    """
    if not checks:
        return None
    faults = [fault for check in checks if (fault := check.find_fault(reply)) is not None]
    if not faults:
        return Judgement(passed=True, why="")
    why = "; ".join(fault.why for fault in faults)
    is_lost = any(fault.is_final for fault in faults) or any(flag.tier == "hard" for flag in reply.flags)
    if is_cut_off and not is_lost:
        return Judgement(passed=None, why=f"cut off at its length limit: {why}")
    return Judgement(passed=False, why=why)
