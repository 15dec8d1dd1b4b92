"""What is known of English words, by their stems: how rare they are, and which topics they belong to."""

import math
from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import msgspec

FILE = Path(__file__).with_name("terms.txt")


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """The table that `python -m tools.term_frequencies` makes."""

    num_texts: int
    frequencies: dict[str, int]  # stem to the number of texts that have it; what only one has is left out
    topics: dict[str, tuple[str, ...]]  # stem to the names of its topics

    def rarity(self, stem: str) -> float:
        """Return how much a stem tells: the logarithm of its inverse document frequency."""
        return math.log((self.num_texts + 1) / (self.frequencies.get(stem, 0) + 1))

    def has(self, stem: str) -> bool:
        """Say whether the table knows the stem."""
        return stem in self.frequencies or stem in self.topics

    def similarity(self, stems: Iterable[str], others: Iterable[str]) -> float:
        """Return the cosine of two texts' topics, each given by its distinct stems: 0 for nothing in common, 1 for the same."""
        one, other = self._direction(stems), self._direction(others)
        lengths = math.hypot(*one.values()) * math.hypot(*other.values())
        return sum(weight * other.get(name, 0.0) for name, weight in one.items()) / lengths if lengths else 0.0

    def _direction(self, stems: Iterable[str]) -> dict[str, float]:
        """Add up what the stems say for each topic; one of many topics says little for each."""
        weights: defaultdict[str, float] = defaultdict(float)
        for stem in stems:
            names = self.topics.get(stem, ())
            for name in names:
                weights[name] += self.rarity(stem) / len(names)
        return weights


@cache
def load_terms() -> Terms:
    """Read the table, once in the life of the process."""
    return parse_terms(FILE.read_text(encoding="utf-8"))


def parse_terms(text: str) -> Terms:
    """Read lines of three kinds: `texts N`, `in N: stem stem …` and `topic NAME: stem stem …`; those with # are comments."""
    num_texts = 0
    frequencies: dict[str, int] = {}
    topics: dict[str, tuple[str, ...]] = {}
    for line in text.splitlines():
        head, _, stems = line.partition(":")
        kind, _, value = head.partition(" ")
        if kind == "texts":
            num_texts = int(value)
        elif kind == "in":
            frequencies.update(dict.fromkeys(stems.split(), int(value)))
        elif kind == "topic":
            for stem in stems.split():
                topics[stem] = (*topics.get(stem, ()), value)
    return Terms(num_texts=num_texts, frequencies=frequencies, topics=topics)
