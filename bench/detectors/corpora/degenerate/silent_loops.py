"""Loops of token ids that leave no text, such as padding that the detokeniser drops."""

import random
from collections.abc import Iterator

from bench.detectors.corpora.alphabets import alphabets
from bench.detectors.corpora.example import Example

VOCABULARY = 262_144
MAX_PERIOD_TOKENS = 16
NUM_TOKENS = (200, 900)
PREFIX_SIZES = ((0, 0), (1, 40), (40, 120))


def silent_loops(rng: random.Random, num: int) -> Iterator[Example]:
    """Make a little text, then token ids in a loop without any."""
    latin = alphabets()[0]
    for turn in range(num):
        unit = [rng.randrange(VOCABULARY) for _ in range(1 + turn % MAX_PERIOD_TOKENS)]
        length = rng.randint(*NUM_TOKENS)
        size = rng.randint(*PREFIX_SIZES[turn % len(PREFIX_SIZES)])
        yield Example(
            kind="loop of silent tokens",
            text=latin.prose(rng, size)[:size],
            prompt="Tell me about the sea.",
            silent_ids=tuple((unit * (length // len(unit) + 1))[:length]),
            due="token_loop",
            fitting=frozenset({"empty", "collapse"}),
        )
