"""Tokens in, text out: whole characters only, and never a stop string or a piece of one."""

from collections.abc import Sequence
from typing import Protocol


class Detokenizer(Protocol):
    """What is used of mlx-lm's streaming detokenisers."""

    @property
    def last_segment(self) -> str:
        """The text since this was last read."""
        ...

    def add_token(self, token: int) -> None:
        """Take one token id."""
        ...

    def finalize(self) -> None:
        """Let go of an incomplete character, as U+FFFD."""
        ...


class AnswerText:
    """The visible text of one answer, token by token.

    Stop strings are matched on the text, however it was tokenised: what may be the beginning of one is held back until it is known.
    """

    def __init__(self, detokenizer: Detokenizer, stops: Sequence[str]) -> None:
        self._detokenizer = detokenizer
        self._stops = stops
        self._held = ""
        self.is_stopped = False  # a stop string has been met: nothing more will come

    def add(self, token: int) -> str:
        """Take a token and give the text that can be shown now."""
        self._detokenizer.add_token(token)
        return self._release(self._detokenizer.last_segment)

    def flush(self) -> str:
        """End the answer: give what was held back, an incomplete character as U+FFFD."""
        self._detokenizer.finalize()
        shown = self._release(self._detokenizer.last_segment)
        rest, self._held = ("" if self.is_stopped else self._held), ""
        return shown + rest

    def _release(self, segment: str) -> str:
        if self.is_stopped or not self._stops:
            return "" if self.is_stopped else segment
        text = self._held + segment
        found = [at for stop in self._stops if (at := text.find(stop)) >= 0]
        if found:
            self.is_stopped = True
            return text[: min(found)]
        kept = max(_overlap(text, stop) for stop in self._stops)
        self._held = text[len(text) - kept :]
        return text[: len(text) - kept]


def _overlap(text: str, stop: str) -> int:
    """Count the characters at the end of `text` that begin `stop`."""
    return next((size for size in range(min(len(text), len(stop) - 1), 0, -1) if stop.startswith(text[-size:])), 0)
