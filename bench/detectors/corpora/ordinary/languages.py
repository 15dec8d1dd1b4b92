"""Ordinary sentences in other languages and scripts than English."""

import random
from functools import partial

from bench.detectors.corpora.composition import shuffled
from bench.detectors.corpora.sources import sentences

WITHOUT_SPACES = frozenset({"chinese", "japanese"})
PARAGRAPH_SENTENCES = 5


def paragraphs(language: str, rng: random.Random, size: int) -> str:
    """Put the sentences of a language in a new order, none twice, in paragraphs, a list, or lines."""
    space = "" if language in WITHOUT_SPACES else " "
    layout = rng.choice(("running", "running", "paragraphs", "list"))
    if layout == "running":
        return shuffled(rng, sentences(language), size, space)
    lines = shuffled(rng, sentences(language), size, "\n").split("\n")
    if layout == "list":
        return "\n".join(f"{number}. {line}" for number, line in enumerate(lines, start=1))
    groups = [lines[at : at + PARAGRAPH_SENTENCES] for at in range(0, len(lines), PARAGRAPH_SENTENCES)]
    return "\n\n".join(space.join(group) for group in groups)


def writer(language: str) -> partial[str]:
    """Return what writes paragraphs of one language."""
    return partial(paragraphs, language)
