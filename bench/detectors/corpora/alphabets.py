"""Three alphabets to build loops from: their letters, and sentences to cut units and prefixes from."""

import random

import msgspec

from bench.detectors.corpora.composition import shuffled
from bench.detectors.corpora.sources import sentences


class Alphabet(msgspec.Struct, frozen=True, kw_only=True):
    """Letters, and sentences written in them."""

    name: str
    letters: str
    sentences: tuple[str, ...]
    space: str = " "  # between sentences

    def prose(self, rng: random.Random, size: int) -> str:
        """Return about `size` characters of ordinary sentences with white space behind them, or nothing for 0."""
        return shuffled(rng, self.sentences, size, self.space) + (self.space or "\n") if size else ""


def alphabets() -> tuple[Alphabet, ...]:
    """Return Latin, Cyrillic and Han."""
    chinese = sentences("chinese")
    han = "".join(sorted({letter for sentence in chinese for letter in sentence if letter.isalnum()}))
    return (
        Alphabet(name="Latin", letters="abcdefghijklmnopqrstuvwxyz", sentences=sentences("english")),
        Alphabet(name="Cyrillic", letters="абвгдежзийклмнопрстуфхцчшщъыьэюя", sentences=sentences("russian")),
        Alphabet(name="Han", letters=han, sentences=chinese, space=""),
    )
