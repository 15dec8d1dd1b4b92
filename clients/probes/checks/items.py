"""The items of a list, however a reply writes it."""

import re

import msgspec

from clients.probes.checks.fault import CheckedReply, Fault

MARKED_LINE = re.compile(r"^[ \t]*(?:[-*+•]|\d{1,3}[.):])[ \t]+(\S.*)$", re.MULTILINE)
SEPARATOR = re.compile(r"[,;\n]")
DECORATION = re.compile(r"[*_`\"'“”]")
MIN_MARKED_LINES = 2


class Items(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="items"):
    """The reply is a list of at least `min` different items, and of at most `max` in all.

    Bulleted or numbered lines are the items where there are two; else what stands between commas, semicolons and line breaks.
    """

    min: int
    max: int | None = None

    def __post_init__(self) -> None:
        if self.min < 1 or (self.max is not None and self.max < self.min):
            raise ValueError(f"items: expected 1 <= min <= max, got min {self.min} and max {self.max}")

    def find_fault(self, reply: CheckedReply) -> Fault | None:
        """Count the items, and those that differ."""
        items = list_items(reply.text)
        num_different = len(set(items))
        if self.max is not None and len(items) > self.max:
            return Fault(why=f"expected at most {self.max} items, got {len(items)}", is_final=True)
        if num_different < self.min:
            return Fault(why=f"expected at least {self.min} different items, got {num_different} among {len(items)}", is_final=False)
        return None


def list_items(text: str) -> list[str]:
    """Take a list apart; of an item with an explanation only what stands before the colon or dash counts."""
    marked: list[str] = MARKED_LINE.findall(text)
    parts = marked if len(marked) >= MIN_MARKED_LINES else SEPARATOR.split(text)
    names = (re.split(r":|\s[-–—]\s", DECORATION.sub("", part), maxsplit=1)[0] for part in parts)
    return [name for name in (re.sub(r"^and\s+", "", name.strip(" \t.").casefold()) for name in names) if name]
