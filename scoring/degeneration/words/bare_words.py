"""Cuts streamed text into words without case, accents and clitics: `reverseLinked_list2` is reverse, linked, list. A year is a word too."""

import re
from string import ascii_letters, digits
from unicodedata import combining, normalize

MAX_WORD_CHARS = 64  # a longer one is none, and may be cut anywhere
OPEN_ENDS = ascii_letters + digits + "'’"  # what a text may end with in the middle of a word
# Clitics are dropped. Other scripts come letter by letter: that is enough to tell that they are not English.
WORD = re.compile(r"([A-Z]?[a-z]+|[A-Z]+(?![a-z])|[0-9]{4,})(?:['’](?:s|t|d|m|ll|re|ve)\b)?|([^\W\d_])")


def split_words(text: str) -> list[str]:
    """Split a whole text, or one that ends between two words."""
    return [(word or letter).lower() for word, letter in WORD.findall(_without_accents(text))]


class BareWords:
    """Splits a text as it streams by."""

    def __init__(self) -> None:
        self._rest = ""  # of a word that the next block may go on with

    def feed(self, text: str) -> list[str]:
        """Return the words that the next block completes."""
        text = self._rest + _without_accents(text)
        whole = text.rstrip(OPEN_ENDS)
        self._rest = text[len(whole) :]
        if len(self._rest) > MAX_WORD_CHARS:
            whole, self._rest = text, ""
        return split_words(whole)

    def finish(self) -> list[str]:
        """Return the word that the end of the text completes."""
        rest, self._rest = self._rest, ""
        return split_words(rest)


def _without_accents(text: str) -> str:
    return text if text.isascii() else "".join(letter for letter in normalize("NFKD", text) if not combining(letter))
