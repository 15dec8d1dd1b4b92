"""Blanks out code between backticks, so that detectors of prose neither see it nor lose count of offsets."""

from itertools import groupby

MIN_FENCE_TICKS = 3


class Prose:
    """Masks a text as it streams by. A run of three or more backticks opens or closes a fence, a shorter one an inline span.

    An inline span ends with its line at the latest: a stray backtick hides no more than that.
    """

    def __init__(self) -> None:
        self._num_ticks = 0  # of the run of backticks the text so far ends with
        self._is_fenced = False
        self._is_inline = False

    def mask(self, text: str) -> str:
        """Return the text with the backticks and the code between them replaced by spaces, character for character."""
        if "`" not in text and not (self._num_ticks or self._is_fenced or self._is_inline):
            return text
        return "".join(self._mask_run(character, len(list(run))) for character, run in groupby(text))

    def _mask_run(self, character: str, length: int) -> str:
        if character == "`":
            self._num_ticks += length
            return " " * length
        self._close_ticks()
        if character == "\n":
            self._is_inline = False
            return "\n" * length
        return (" " if self._is_fenced or self._is_inline else character) * length

    def _close_ticks(self) -> None:
        """A run of backticks has ended: now its length, and so its meaning, is known."""
        if self._num_ticks >= MIN_FENCE_TICKS:
            self._is_fenced = not self._is_fenced
            self._is_inline = False
        elif self._num_ticks and not self._is_fenced:
            self._is_inline = not self._is_inline
        self._num_ticks = 0
