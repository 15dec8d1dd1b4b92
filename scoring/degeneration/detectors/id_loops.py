"""A loop of tokens that leaves no text: the one loop that only the token ids show."""

from collections.abc import Sequence

from scoring.degeneration.detector import Context
from scoring.degeneration.repetition.lag_tracker import LagTracker, LoopLimits
from scoring.scores import Flag, Tier

MIN_SPAN_TOKENS = 24
MAX_TOKENS_PER_CHAR = 4  # byte tokens of one character of UTF-8
BLOCK_TOKENS = 16
ID_LIMITS = LoopLimits(gram=6, stride=4, max_lag=1024, min_span=MIN_SPAN_TOKENS, span_needed=lambda unit: MIN_SPAN_TOKENS)


class IdLoops:
    """Flags a loop of token ids that the text cannot show; where there is text, `TextLoops` judges it, and nothing is flagged twice."""

    def __init__(self, context: Context) -> None:
        self._tier: Tier = "soft" if context.is_constrained else "hard"
        self._tracker = LagTracker(ID_LIMITS)
        self._pending: list[int] = []
        self._seen_at: list[tuple[int, int]] = []  # of each loop: its length and that of the text when it was first seen
        self._silent: int | None = None  # the number of the loop that is flagged

    def feed(self, token_ids: Sequence[int], num_chars: int) -> None:
        """Take the next token ids, with which the text has reached `num_chars` characters."""
        self._pending.extend(token_ids)
        if len(self._pending) >= BLOCK_TOKENS:
            self._drain(num_chars)

    def flags(self, num_chars: int) -> tuple[Flag, ...]:
        """Return the first loop that has gone on for far more tokens than the text has grown by in the meantime."""
        loops = self._tracker.loops
        if self._silent is None:
            self._silent = next((number for number in range(len(loops)) if self._is_silent(number, num_chars)), None)
        if self._silent is None:
            return ()
        loop = loops[self._silent]
        return (Flag(flag="token_loop", tier=self._tier, period=loop.period, copies=round(loop.copies, 2)),)

    def finish(self, num_chars: int) -> tuple[Flag, ...]:
        """Look at the last token ids too, and return the loop."""
        self._drain(num_chars)
        return self.flags(num_chars)

    def _is_silent(self, number: int, num_chars: int) -> bool:
        loop, (length_then, chars_then) = self._tracker.loops[number], self._seen_at[number]
        num_silent = loop.length - length_then - (num_chars - chars_then) * MAX_TOKENS_PER_CHAR
        return num_silent >= MIN_SPAN_TOKENS or loop.length > num_chars * MAX_TOKENS_PER_CHAR

    def _drain(self, num_chars: int) -> None:
        self._tracker.feed("".join(map(chr, self._pending)))  # an id is a code point: vocabularies end far below 0x110000
        self._pending.clear()
        self._seen_at += [(loop.length, num_chars) for loop in self._tracker.loops[len(self._seen_at) :]]
