"""Draws the next token of every row of a batch at once, each row by its own parameters and its own random numbers.

It only builds the graph: the step that draws may still wait for the tokens of the one before it.
"""

from collections.abc import Sequence, Set
from typing import Any

import mlx.core as mx
import msgspec

from server.engine.mlx.drawing.drawable import Drawable
from server.engine.mlx.drawing.logprobs import Logprobs, LogprobsPlan, find_of_known
from server.engine.mlx.drawing.plan import Plan
from server.engine.mlx.drawing.row import DrawingRow
from server.engine.protocol import TokenLogprobs


class DrawnToken(msgspec.Struct, frozen=True):
    """One row's token, on the host."""

    token_id: int
    logprobs: TokenLogprobs | None  # None where the row asks for none


class Drawn(msgspec.Struct, frozen=True):
    """One token a row, not evaluated yet."""

    token_ids: mx.array  # (B,), uint32: always ids with a piece
    is_finite: mx.array  # (B,): False where a token came of NaN, of infinity, or of nothing that could be drawn
    logprobs: Logprobs | None  # None where no row asks for any

    def arrays(self) -> list[mx.array]:
        """List what has to be evaluated."""
        return [self.token_ids, self.is_finite, *(self.logprobs.arrays() if self.logprobs else [])]

    def read(self) -> list[DrawnToken | None]:
        """Give the tokens in the rows' order, None where the row's logits were not finite. Waits for the evaluation."""
        token_ids: Any = self.token_ids.tolist()
        is_finite: Any = self.is_finite.tolist()
        logprobs = self.logprobs.read() if self.logprobs else {}
        return [
            DrawnToken(token_id, logprobs.get(place)) if finite else None
            for place, (token_id, finite) in enumerate(zip(token_ids, is_finite, strict=True))
        ]


class Drawer:
    """Draws for one model, whose head has rows for ids that may not be `drawable`: those without a piece of text."""

    def __init__(self, *, num_rows_of_head: int, drawable: Set[int]) -> None:
        self._drawable = Drawable(num_rows_of_head, drawable)
        self._plan: Plan | None = None
        self._logprobs = LogprobsPlan((), self._drawable)

    @property
    def num_ids(self) -> int:
        """Count the ids up to the last with a piece."""
        return self._drawable.num_ids

    def draw(self, logits: mx.array, rows: Sequence[DrawingRow], last_tokens: mx.array | None) -> Drawn:
        """Draw from logits (B, V) of B rows that were fed with `last_tokens` (B,), which penalties ask for."""
        if self._plan is None or not self._plan.is_of(rows):
            self._plan = Plan(rows, self._drawable)
            self._logprobs = LogprobsPlan(rows, self._drawable)
        token_ids, best = self._plan.draw(logits, last_tokens)
        return Drawn(token_ids, mx.abs(best) < mx.inf, self._logprobs.find(logits, token_ids))

    def find_logprobs(self, logits: mx.array, token_ids: mx.array, num_top: Sequence[int]) -> Logprobs:
        """Give the log-probabilities of tokens (N,) that were not drawn, by logits (N, V), and as many likeliest ones of each as asked."""
        return find_of_known(logits, token_ids, num_top, self._drawable)

    def forget(self) -> None:
        """Let go of the rows when the last has ended: until then they and what they have seen are held."""
        self._plan = None
