"""Letters drawn at random: words in the Latin alphabet that nobody could say.

In every language that writes vowels they are a third of the letters or more, and few words have four consonants in a row; at random they
are a fifth, and half of the words have. The letters of other alphabets are not judged.
"""

import re
import zlib
from collections import Counter

JUDGED_CHARS = 512
MIN_CHARS = 200
MIN_PLAIN_SHARE = 0.97  # of the characters: small and capital letters, blanks and the signs of sentences
MIN_LETTER_SHARE = 0.75
MAX_VOWEL_SHARE = 0.28  # of the letters, y among the vowels
MIN_WORDS = 24
MIN_DIFFERENT = 0.8  # of the words: abbreviations and boards repeat theirs
MIN_UNSAYABLE = 0.33
MAX_RATIO = 1.8  # of characters to compressed bytes: 26 letters at random come to 1.6, a loop of them to more
MAX_ALIKE_LENGTHS = 0.5  # of the words: sequences of proteins and keys come in groups of one length

NO_VOWELS = str.maketrans("", "", "aeiouyAEIOUY")
NOT_PLAIN = re.compile(r"[^A-Za-z\s.,;:!?'\"-]")
WORD = re.compile(r"\b[A-Za-z]?[a-z]{2,}\b")
CLUSTER = re.compile(r"[bcdfghjklmnpqrstvwxz]{4,}")
MAX_CLUSTER_EVERY = 40  # letters, in a word of hundreds
UNSAYABLE = re.compile(r"[bcdfghjklmnpqrstvwxz]{4}|\b[bcdfghjklmnpqrstvwxz]+\b", re.IGNORECASE)


def are_random_letters(text: str) -> bool:
    """Judge the end of a text."""
    text = text[-JUDGED_CHARS:]
    if len(text) < MIN_CHARS or not text[-MIN_CHARS:].isascii():
        return False
    num_vowels = len(text) - len(text.translate(NO_VOWELS))
    if num_vowels > MAX_VOWEL_SHARE * len(text):  # most text
        return False
    num_letters = sum(map(str.isalpha, text))
    if num_letters < MIN_LETTER_SHARE * len(text) or num_vowels > MAX_VOWEL_SHARE * num_letters:
        return False
    if len(NOT_PLAIN.findall(text)) > (1 - MIN_PLAIN_SHARE) * len(text):
        return False
    last = text.rsplit(None, 1)[-1]
    if len(last) >= MIN_CHARS and last.isalpha() and last.islower():  # one word
        return len(last) <= MAX_RATIO * len(zlib.compress(last.encode())) and len(CLUSTER.findall(last)) * MAX_CLUSTER_EVERY >= len(last)
    words = WORD.findall(text)
    if len(words) < MIN_WORDS or len(set(words)) < MIN_DIFFERENT * len(words):
        return False
    if max(Counter(map(len, words)).values()) > MAX_ALIKE_LENGTHS * len(words):
        return False
    if len(text) > MAX_RATIO * len(zlib.compress(text.encode("utf-8", "surrogatepass"))):
        return False
    return sum(UNSAYABLE.search(word) is not None for word in words) >= MIN_UNSAYABLE * len(words)
