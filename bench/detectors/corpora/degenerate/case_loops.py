"""Case loops: words whose letters go up and down, `oVeRnMeNtS eXaMpaPleS`."""

import random
import re
from collections.abc import Iterator

from bench.detectors.corpora.alphabets import alphabets
from bench.detectors.corpora.example import LOOP_FLAGS, Example

LONG_WORD = re.compile(r"[a-zA-Z]{5,}")
REGULARITIES = (1.0, 0.85)  # probability that a letter's case differs from the one before
NUM_WORDS = (6, 60)
PREFIX_SIZES = ((0, 0), (40, 600))


def case_loops(rng: random.Random, num: int) -> Iterator[Example]:
    """Make rows of long words in alternating case, some strictly, some with slips, some a few words on every line."""
    latin = alphabets()[0]
    words = sorted({word.lower() for sentence in latin.sentences for word in LONG_WORD.findall(sentence)})
    for turn in range(num):
        prefix = latin.prose(rng, rng.randint(*rng.choice(PREFIX_SIZES)))
        drawn = [_alternated(rng, rng.choice(words), REGULARITIES[turn % 2]) for _ in range(rng.randint(*NUM_WORDS))]
        is_repeated = turn % 3 == 2
        text = (" ".join(drawn[:3]) + "\n") * len(drawn) if is_repeated else " ".join(drawn)
        yield Example(
            kind="case loop, strict" if REGULARITIES[turn % 2] == 1 else "case loop, with slips",
            text=prefix + text,
            due="case_loop",
            fitting=LOOP_FLAGS | {"near_loop"} if is_repeated else frozenset(),
            start=len(prefix),
            alphabet="Latin",
        )


def _alternated(rng: random.Random, word: str, regularity: float) -> str:
    is_capital = rng.random() < 0.3
    letters = []
    for letter in word:
        letters.append(letter.upper() if is_capital else letter)
        is_capital = not is_capital if rng.random() < regularity else is_capital
    return "".join(letters)
