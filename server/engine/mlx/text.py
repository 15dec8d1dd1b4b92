"""Tokens in, text out: whole characters only, and never a stop string or a piece of one."""

from collections.abc import Sequence, Set
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

    Stop strings are matched on the text, however it was tokenised: what may be the beginning of one is held back until it is known. One
    that is complete within the first `min_tokens` tokens does not stop, as in vLLM, where one that they only begin does.
    """

    def __init__(
        self,
        detokenizer: Detokenizer,
        stops: Sequence[str],
        *,
        shows_stop: bool = False,
        min_tokens: int = 0,
        hidden_ids: Set[int] = frozenset(),  # of tokens without text
    ) -> None:
        self._detokenizer = detokenizer
        self._stops = stops
        self._shows_stop = shows_stop
        self._num_left = min_tokens
        self._hidden_ids = hidden_ids
        self._held = ""
        self.is_stopped = False  # a stop string has been met: nothing more will come

    def add(self, token: int) -> str:
        """Take a token and give the text that can be shown now."""
        self._num_left -= 1
        if token in self._hidden_ids:
            return ""
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
        if self._num_left < 0 and (cut := self._find_cut(text)) is not None:
            self.is_stopped = True
            return text[:cut]
        kept = max(_overlap(text, stop) for stop in self._stops)
        self._held = text[len(text) - kept :]
        return text[: len(text) - kept]

    def _find_cut(self, text: str) -> int | None:
        """Say where a text ends that a stop string ends in, which must do so in what is new."""
        found = [(at, at + len(stop)) for stop in self._stops if (at := text.find(stop, max(0, len(self._held) - len(stop) + 1))) >= 0]
        if not found:
            return None
        return min(end for _, end in found) if self._shows_stop else min(start for start, _ in found)


def _overlap(text: str, stop: str) -> int:
    """Count the characters at the end of `text` that begin `stop`."""
    return next((size for size in range(min(len(text), len(stop) - 1), 0, -1) if stop.startswith(text[-size:])), 0)
