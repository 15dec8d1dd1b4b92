"""English by its small words: those that mark a text as English, and those that say nothing of what it is about."""

from collections.abc import Iterable
from functools import cache
from pathlib import Path

import msgspec

FILE = Path(__file__).with_name("english.txt")
MIN_MARKED_SHARE = 0.08  # of the words; English prose has 0.15 to 0.40, lists and calculations 0.08 and more, other languages next to none


class English(msgspec.Struct, frozen=True, kw_only=True):
    """The small words, in small letters."""

    marks: frozenset[str]  # no other language has them
    plain: frozenset[str]  # of any sentence, and of any request

    def count_marks(self, words: Iterable[str]) -> int:
        """Count the words that mark English."""
        return sum(map(self.marks.__contains__, words))


def is_marked(num_marks: int, num_words: int) -> bool:
    """Say whether that many marks among that many words make English."""
    return num_marks >= max(1.0, MIN_MARKED_SHARE * num_words)


@cache
def load_english() -> English:
    """Read the words, once in the life of the process."""
    lines = FILE.read_text(encoding="utf-8").splitlines()
    words = {kind: frozenset(listed.split()) for kind, _, listed in (line.partition(": ") for line in lines)}
    return English(marks=words["marks"], plain=words["frame"] | words["request"])
