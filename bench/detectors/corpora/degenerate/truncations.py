"""Replies that the token limit cut off inside a sentence."""

import random
from collections.abc import Iterator

from bench.detectors.corpora.alphabets import alphabets
from bench.detectors.corpora.example import Example


def truncations(rng: random.Random, num: int) -> Iterator[Example]:
    """Make prose cut off after a word that ends no sentence."""
    latin = alphabets()[0]
    for _ in range(num):
        words = latin.prose(rng, rng.randint(200, 2_000)).split()
        while words[-1][-1] in ".!?\"'":
            words.pop()
        yield Example(kind="cut off by the limit", text=" ".join(words), finish_reason="length", due="truncated")
