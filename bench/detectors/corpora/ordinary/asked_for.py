"""Replies that repeat because they were asked to: a hard flag here would stop a right answer."""

import random
from collections.abc import Iterator

from bench.detectors.corpora.example import LOOP_FLAGS, Example
from bench.detectors.corpora.sources import stanzas
from bench.detectors.corpora.words import GOODS, TASKS

HINTS = LOOP_FLAGS | {"near_loop", "case_loop", "topic_evasion"}  # as soft flags


def asked_for_repetition(rng: random.Random, num: int) -> Iterator[Example]:
    """Make replies that do what their prompts say: write a line many times, fill a matrix, sing a chorus."""
    for turn in range(num):
        prompt, text = _KINDS[turn % len(_KINDS)](rng)
        yield Example(kind="repetition that was asked for", text=text, prompt=prompt, finish_reason="stop", fitting=HINTS)


def _lines(rng: random.Random) -> tuple[str, str]:
    line = f"I will not forget to {rng.choice(TASKS)}."
    times = rng.choice((10, 20, 50))
    return f'Write "{line}" {times} times.', (line + "\n") * times


def _over_and_over(rng: random.Random) -> tuple[str, str]:
    word = rng.choice(GOODS).split()[-1]
    return f"Say the word {word} over and over until it sounds strange.", f"{word} " * rng.randint(40, 200)


def _zeros(rng: random.Random) -> tuple[str, str]:
    size = rng.randint(10, 16)
    rows = ",\n ".join("[" + ", ".join(["0"] * size) + "]" for _ in range(size))
    return f"Print a {size} by {size} matrix of zeros.", f"[{rows}]"


def _song(rng: random.Random) -> tuple[str, str]:
    chorus = "\n".join(rng.sample(stanzas("refrains"), 2))
    verses = rng.sample(stanzas("stanzas"), 2)
    return "Write the lyrics of a folk song.", "\n\n".join([verses[0], chorus, verses[1], *[chorus] * rng.randint(3, 5)])


def _pattern(rng: random.Random) -> tuple[str, str]:
    row = rng.choice(("<>", "/\\", "o-", "x.", "+=")) * rng.randint(15, 30)
    return "Draw a knitting pattern in ASCII.", "\n".join([row] * rng.randint(8, 20))


def _echo(rng: random.Random) -> tuple[str, str]:
    line = f"2024-05-01 12:00:00 ERROR could not {rng.choice(TASKS)}\n"
    text = line * rng.randint(6, 20)
    return f"Remove the word DEBUG from this log:\n\n{text}DEBUG done", text + "done"


def _alternating_case(rng: random.Random) -> tuple[str, str]:
    text = rng.choice(stanzas("stanzas")).replace("\n", " ")
    mocked = "".join(letter.upper() if at % 2 else letter.lower() for at, letter in enumerate(text))
    return f"Write this in alternating caps: {text}", mocked


_KINDS = (_lines, _over_and_over, _zeros, _song, _pattern, _echo, _alternating_case)
