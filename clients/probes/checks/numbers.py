"""Counting: whole numbers one after the other."""

import re

import msgspec

from clients.probes.checks.fault import CheckedReply, Fault

NUMERAL = re.compile(r"(?<![\w.])-?\d{1,18}")  # of a run of digits without end, the first few are wrong enough


class Numbers(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="numbers"):
    """The reply counts from `first` to `last` in steps, with no other number in between, and stops there."""

    first: int
    last: int
    step: int = 1

    def __post_init__(self) -> None:
        if self.step == 0 or (self.last - self.first) % self.step or (self.last - self.first) // self.step < 1:
            raise ValueError(f"numbers: steps of {self.step} do not lead from {self.first} to {self.last}")

    def find_fault(self, reply: CheckedReply) -> Fault | None:
        """Say where the counting goes wrong, or that it does not stop."""
        said = [int(numeral) for numeral in NUMERAL.findall(reply.text)]
        wanted = list(range(self.first, self.last + self.step, self.step))
        # What is said before the counting may hold its first number too: "here are 1 to 60".
        counts = [said[place : place + len(wanted) + 1] for place, number in enumerate(said) if number == self.first]
        best = max(counts, key=lambda count: _num_equal(count, wanted), default=[])
        num_right = _num_equal(best, wanted)
        following = best[num_right] if num_right < len(best) else None
        if num_right < len(wanted):
            got = "the end" if following is None else following
            is_last = num_right + 1 >= len(best)  # and so it may be half of the number that was meant
            return Fault(why=f"expected {wanted[num_right]} in {self.first} to {self.last}, got {got}", is_final=not is_last)
        if following == self.last + self.step:
            return Fault(why=f"counts on past {self.last}", is_final=True)
        return None


def _num_equal(said: list[int], wanted: list[int]) -> int:
    """Count how many numbers agree from the start."""
    return next((place for place, (one, other) in enumerate(zip(said, wanted, strict=False)) if one != other), min(len(said), len(wanted)))
