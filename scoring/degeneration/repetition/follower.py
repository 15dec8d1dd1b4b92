"""What follows a sequence against itself: where grams stood, how far back it may run, and what it still has at hand."""

from abc import ABC, abstractmethod


class Follower(ABC):
    """Reads a sequence of symbols once, in time linear in its length and memory bounded by `max_lag`.

    Grams are remembered in two generations, since forgetting a whole dict is cheap. Steps backwards are paid for by symbols fed.
    """

    def __init__(self, *, max_lag: int, num_kept: int) -> None:
        self._max_lag = max_lag
        self._num_kept = num_kept  # symbols that a unit or a judgement may refer to
        self._text = ""  # the last symbols, that many and up to `max_lag` more; the first of them is symbol number `_base`
        self._base = 0
        self._next = 0  # the number of the symbol to be looked at next
        self._recent: dict[str, int] = {}  # gram to the number of the symbol after it
        self._older: dict[str, int] = {}  # the generation before
        self._recent_from = 0
        self._credit = 0  # steps that may still be run backwards: one for each symbol ever fed

    @abstractmethod
    def _advance(self, end: int) -> None:
        """Go on from the next symbol, to `end` at most: look grams up, or follow the lag that has been found."""

    def _take(self, symbols: str) -> None:
        """Take the next symbols, any number of them, and look at each."""
        self._text += symbols
        self._credit += len(symbols)
        end = self._base + len(self._text)
        while self._next < end:
            self._advance(end)

    def _forget(self) -> int:
        """Let go of what nothing may refer to any more; return how many symbols those are."""
        if self._next - self._recent_from >= self._max_lag:
            self._older, self._recent, self._recent_from = self._recent, {}, self._next
        surplus = len(self._text) - self._num_kept
        if surplus <= self._max_lag:
            return 0
        self._text = self._text[surplus:]
        self._base += surplus
        return surplus
