"""The number that a reply gives."""

import re

import msgspec

from clients.probes.checks.fault import CheckedReply, Fault

NUMERAL = re.compile(r"(?<![\w.,])[-−]?(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?")
WORDS = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    *("eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty"),
)
WORD = re.compile(rf"\b(?:{'|'.join(WORDS)})\b", re.IGNORECASE)
DUST = 1e-9


class EqualsNumber(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="equals_number"):
    """The last number in the reply is this one; words up to twenty count where there is no numeral."""

    value: float
    tolerance: float = 0.0

    def find_fault(self, reply: CheckedReply) -> Fault | None:
        """Compare the number."""
        number = _last_number(reply.text)
        if number is None:
            return Fault(why=f"expected the number {self.value:g}, got none", is_final=False)
        if abs(number - self.value) <= self.tolerance + DUST:
            return None
        return Fault(why=f"expected the number {self.value:g}, got {number:g}", is_final=False)


def _last_number(text: str) -> float | None:
    numerals = NUMERAL.findall(text)
    if numerals:
        return float(numerals[-1].replace(",", "").replace("−", "-"))
    words = WORD.findall(text)
    return float(WORDS.index(words[-1].lower())) if words else None
