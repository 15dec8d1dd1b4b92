"""Repetition that was asked for: so many times and no more."""

import re

import msgspec

from clients.probes.checks.fault import CheckedReply, Fault

SEPARATORS = re.compile(r"[\s,;.:|*_`\"'-]+|^\d+[.)]", re.MULTILINE)


class Repeats(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="repeats"):
    """The reply says the unit exactly so many times, in any case, with nothing but separators around it."""

    unit: str
    times: int

    def __post_init__(self) -> None:
        if not SEPARATORS.sub("", self.unit) or self.times < 1:
            raise ValueError(f"repeats: expected a unit with letters or digits and times from 1, got {self.unit!r} and {self.times}")

    def find_fault(self, reply: CheckedReply) -> Fault | None:
        """Count the copies and look at what is left."""
        unit = re.compile(rf"(?<!\w){re.escape(self.unit)}(?!\w)", re.IGNORECASE)
        num_copies = len(unit.findall(reply.text))
        rest = SEPARATORS.sub("", unit.sub("", reply.text))
        if rest:
            return Fault(why=f"expected nothing but {self.unit!r}, got also {rest[:40]!r}", is_final=True)
        if num_copies == self.times:
            return None
        return Fault(why=f"expected {self.unit!r} {self.times} times, got it {num_copies} times", is_final=num_copies > self.times)
