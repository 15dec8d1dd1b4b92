"""How texts are put together: windows of longer ones, sentences in a new order, fences around code."""

import random
from collections.abc import Iterable, Sequence

FENCE_SHARE = 0.5  # of the code and data comes as a reply would: with a sentence ahead, in a fence
LEADS = (
    "Here you are:",
    "Here is one way to do it.",
    "The following should work; adapt the names to your own.",
    "You can use this:",
    "Below is a complete example.",
    "A short version first:",
)


def window(rng: random.Random, text: str, size: int) -> str:
    """Cut out whole lines, about `size` characters of them, from a line anywhere in the text."""
    if len(text) <= size:
        return text
    start = rng.randrange(len(text) - size)
    start = text.find("\n", start) + 1 if start else 0
    cut = text[start : start + size]
    end = cut.rfind("\n")
    return cut[:end] if end > size // 2 else cut


def shuffled(rng: random.Random, sentences: Sequence[str], size: int, space: str = " ") -> str:
    """Put sentences in a new order, none of them twice, until there are `size` characters or no more sentences."""
    return fill(iter(rng.sample(sentences, len(sentences))), size, space)


def fill(parts: Iterable[str], size: int, between: str = "\n") -> str:
    """Join parts until there are `size` characters."""
    taken: list[str] = []
    length = 0
    for part in parts:
        if length >= size:
            break
        taken.append(part)
        length += len(part) + len(between)
    return between.join(taken)


def perhaps_fenced(rng: random.Random, language: str, code: str) -> str:
    """Return the code as it is, or as a reply would show it."""
    if rng.random() < FENCE_SHARE:
        return code
    return f"{rng.choice(LEADS)}\n\n```{language}\n{code.strip(chr(10))}\n```\n"
