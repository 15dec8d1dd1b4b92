"""Blanks out code between backticks, so that detectors of prose neither see it nor lose count of offsets."""

import re

MIN_FENCE_TICKS = 3
RUN = re.compile(r"`+|\n+|[^`\n]+")


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
        return "".join(map(self._mask_run, RUN.findall(text)))

    def _mask_run(self, run: str) -> str:
        if run[0] == "`":
            self._num_ticks += len(run)
            return " " * len(run)
        self._close_ticks()
        if run[0] == "\n":
            self._is_inline = False
            return run
        return " " * len(run) if self._is_fenced or self._is_inline else run

    def _close_ticks(self) -> None:
        """A run of backticks has ended: now its length, and so its meaning, is known."""
        if self._num_ticks >= MIN_FENCE_TICKS:
            self._is_fenced = not self._is_fenced
            self._is_inline = False
        elif self._num_ticks and not self._is_fenced:
            self._is_inline = not self._is_inline
        self._num_ticks = 0
