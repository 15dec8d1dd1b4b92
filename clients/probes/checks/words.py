"""The length of a reply in words."""

import re

import msgspec

from clients.probes.checks.fault import CheckedReply, Fault

WORD = re.compile(r"\w+(?:['’-]\w+)*")


class Words(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="words"):
    """The reply has at least `min` words and at most `max`."""

    min: int = 0
    max: int | None = None

    def __post_init__(self) -> None:
        if self.min < 0 or (self.max is not None and self.max < self.min):
            raise ValueError(f"words: expected 0 <= min <= max, got min {self.min} and max {self.max}")

    def find_fault(self, reply: CheckedReply) -> Fault | None:
        """Count the words."""
        num_words = len(WORD.findall(reply.text))
        if self.max is not None and num_words > self.max:
            return Fault(why=f"expected at most {self.max} words, got {num_words}", is_final=True)
        if num_words < self.min:
            return Fault(why=f"expected at least {self.min} words, got {num_words}", is_final=False)
        return None
