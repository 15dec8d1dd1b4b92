"""Stems of English words, by Snowball (https://snowballstem.org)."""

from functools import lru_cache

import snowballstemmer

MAX_REMEMBERED = 8_192  # words: a stem takes 25 µs, and most words have been seen before


@lru_cache(maxsize=MAX_REMEMBERED)
def stem_of(word: str) -> str:
    """Return the stem of a word in small letters. A stemmer keeps its work in itself, so every word has its own: threads may share this."""
    return str(snowballstemmer.stemmer("english").stemWord(word))
