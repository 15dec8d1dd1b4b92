"""Reasoning that never ends, and reasoning that leads to no answer."""

import random
from collections.abc import Iterator

from bench.detectors.corpora.alphabets import alphabets
from bench.detectors.corpora.example import Example


def unclosed_reasoning(rng: random.Random, num: int) -> Iterator[Example]:
    """Make replies that open their reasoning and stop, or are stopped, inside it."""
    latin = alphabets()[0]
    for turn in range(num):
        yield Example(
            kind="reasoning never closed",
            text=rng.choice(("<think>", "<think>\n", "\n<think>\n")) + latin.prose(rng, rng.randint(40, 3_000)),
            finish_reason=("length", "stop")[turn % 2],
            due="unclosed_reasoning",
            fitting=frozenset({"truncated"}),
        )


def reasoning_without_answer(rng: random.Random, num: int) -> Iterator[Example]:
    """Make replies that close their reasoning and end."""
    latin = alphabets()[0]
    for _ in range(num):
        text = "<think>\n" + latin.prose(rng, rng.randint(40, 1_500)) + rng.choice(("\n</think>", "\n</think>\n\n"))
        yield Example(kind="nothing after the reasoning", text=text, finish_reason="stop", due="empty")
