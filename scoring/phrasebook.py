"""A phrasebook: the phrases that several dimensions count, found in one pass over the words of a text."""

import re
from collections.abc import Iterable, Mapping

WORD = re.compile(r"\w+")


class Phrasebook:
    r"""Counts phrases between word boundaries as `\b(?:first|second|…)\b` would, an alternation a dimension, without overlaps.

    Such a pattern tries every alternative at every character. But a phrase can only begin where a word begins that is its own first word,
    and few words of a text begin any: so the words are looked up, and only there is a pattern tried. The work is linear in the text if
    every phrase is bounded in length.

    A phrase is a regular expression that begins with a whole literal word (so write `ab` and `a-b`, not `a-?b`).
    """

    def __init__(self, dimensions: Mapping[str, Iterable[str]]) -> None:
        self._dimensions = tuple(dimensions)
        by_first_word: dict[str, dict[str, list[str]]] = {}
        for dimension, phrases in dimensions.items():
            for phrase in phrases:
                first_word = WORD.match(phrase)
                assert first_word is not None, f"{phrase!r} begins with no word"
                by_first_word.setdefault(first_word[0], {}).setdefault(dimension, []).append(phrase)
        self._by_first_word = {
            word: tuple((dimension, _compile(word, phrases)) for dimension, phrases in by_dimension.items())
            for word, by_dimension in by_first_word.items()
        }

    def count(self, text: str) -> dict[str, int]:
        """Count each dimension's phrases in a text whose case is folded as the phrases' is."""
        counts = dict.fromkeys(self._dimensions, 0)
        ends = dict.fromkeys(self._dimensions, 0)  # where the last phrase of a dimension ended
        candidates = self._by_first_word.get
        for word in WORD.finditer(text):
            if patterns := candidates(word[0]):
                start = word.start()
                for dimension, pattern in patterns:
                    if start >= ends[dimension] and (phrase := pattern.match(text, start)):
                        counts[dimension] += 1
                        ends[dimension] = phrase.end()
        return counts


def _compile(word: str, phrases: list[str]) -> re.Pattern[str]:
    """Compile the phrases that begin with a word; most are no more than that word, which is whole wherever it was found."""
    return WORD if phrases == [word] else re.compile(rf"(?:{'|'.join(phrases)})\b")
