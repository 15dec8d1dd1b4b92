"""Numbers in JSON that come to an end: a grammar lets digits go on, and a model that has nothing to say writes zeros for ever."""

from collections.abc import Sequence

import numpy as np
from llguidance import LLMatcher, LLTokenizer
from numpy.typing import NDArray

MOST_DIGITS = 24  # in a row: more than any double or 64-bit integer has
MOST_IN_EXPONENT = 2  # what is written stays a finite double
QUOTE, BACKSLASH = b'"\\'


class DigitLimit:
    """The digits that end one answer so far, and whether there are enough. Of one thread."""

    def __init__(self, tokenizer: LLTokenizer, digits: NDArray[np.int32]) -> None:
        """Take `digits`, a bit for each token that begins with one."""
        self._tokenizer = tokenizer
        self._digits = digits
        self._num_digits = 0
        self._is_exponent = False
        self._is_string = False
        self._is_escaped = False

    def read(self, tokens: Sequence[int]) -> None:
        """Take up what was drawn."""
        for byte in self._tokenizer.decode_bytes(list(tokens)):
            if self._is_string:
                self._is_string = self._is_escaped or byte != QUOTE
                self._is_escaped = byte == BACKSLASH and not self._is_escaped
            elif byte in b"0123456789":
                self._num_digits += 1
            elif byte not in b"+-":
                self._is_exponent = byte in b"eE" and self._num_digits > 0
                self._num_digits = 0
                self._is_string = byte == QUOTE

    def narrow(self, words: NDArray[np.int32]) -> None:
        """Forbid a further digit where there are enough and something else may come."""
        if self._num_digits >= (MOST_IN_EXPONENT if self._is_exponent else MOST_DIGITS):
            narrowed = words & ~self._digits
            if narrowed.any():
                words[:] = narrowed


def find_digits(tokenizer: LLTokenizer, num_words: int) -> NDArray[np.int32]:
    """Find the tokens that begin with a digit, a bit for each (W,)."""
    words = np.zeros(num_words, dtype=np.int32)
    matcher = LLMatcher(tokenizer, LLMatcher.grammar_from_regex(r"[0-9](?s:.)*"), log_level=0)
    matcher.unsafe_compute_mask_ptr(words.ctypes.data, words.nbytes)
    return words
