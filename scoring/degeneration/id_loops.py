"""A loop of tokens that leaves no text: the one loop that only the token ids show."""

from collections.abc import Sequence

from scoring.degeneration.lag_tracker import LagTracker, LoopLimits
from scoring.scores import Flag

MIN_SPAN_TOKENS = 24
MAX_TOKENS_PER_CHAR = 4  # byte tokens of one character of UTF-8
BLOCK_TOKENS = 16
ID_LIMITS = LoopLimits(gram=6, stride=4, max_lag=1024, min_span=MIN_SPAN_TOKENS, span_needed=lambda unit: MIN_SPAN_TOKENS)


class IdLoops:
    """Flags a loop of token ids that the text cannot show; where there is text, `TextLoops` judges it, and nothing is flagged twice."""

    def __init__(self) -> None:
        self._tracker = LagTracker(ID_LIMITS)
        self._pending: list[int] = []

    def feed(self, token_ids: Sequence[int]) -> None:
        """Take the next token ids."""
        self._pending.extend(token_ids)
        if len(self._pending) >= BLOCK_TOKENS:
            self._drain()

    def flags(self, num_chars: int) -> tuple[Flag, ...]:
        """Return the first loop that is far longer, in tokens, than the whole text of `num_chars` characters."""
        for loop in self._tracker.loops:
            if loop.length > num_chars * MAX_TOKENS_PER_CHAR:
                return (Flag(flag="token_loop", tier="hard", period=loop.period, copies=round(loop.copies, 2)),)
        return ()

    def finish(self, num_chars: int) -> tuple[Flag, ...]:
        """Look at the last token ids too, and return the loop."""
        self._drain()
        return self.flags(num_chars)

    def _drain(self) -> None:
        self._tracker.feed("".join(map(chr, self._pending)))  # an id is a code point: vocabularies end far below 0x110000
        self._pending.clear()
