"""What a pass is made of, and a pass under way."""

from collections.abc import Sequence
from typing import NamedTuple

import mlx.core as mx
import msgspec

from server.engine.mlx.drawing.drawer import Drawn
from server.engine.mlx.prefix.bundle import Bundle
from server.engine.mlx.prompt_piece import PromptPiece
from server.engine.mlx.row import Row


class Lane(NamedTuple):
    """Tokens that one stream takes through the model."""

    decoding: tuple[Row, ...]  # one token each, those of a group together
    pieces: Sequence[PromptPiece]  # of prompts


class Schedule(NamedTuple):
    """What a pass is made of."""

    decoding: tuple[Row, ...]
    lanes: tuple[Lane, ...]  # all rows that decode are in the first

    @property
    def pieces(self) -> list[PromptPiece]:
        """The pieces of prompts, in the order of the pass's tokens."""
        return [piece for lane in self.lanes for piece in lane.pieces]


class LateDrawing(NamedTuple):
    """What tokens are drawn from when the host knows those before them."""

    logits: mx.array  # (B, V)
    last_tokens: mx.array  # (B,), which the rows were fed with


class Launch(msgspec.Struct):
    """A pass under way."""

    schedule: Schedule
    rows: tuple[Row, ...]  # those that a token is drawn for
    drawn: Drawn | None  # None where prompts are read and none to its end, and as long as it is put off
    hidden: mx.array  # what is there when the pass is over
    kept: Sequence[Bundle]  # what it computes for the prefix cache
    late: LateDrawing | None = None  # what is drawn from, where that waits for the tokens of the pass before
    started_s: float = 0.0  # time.perf_counter()

    def results(self) -> list[mx.array]:
        """List what a pass is run for, keys and values aside."""
        if self.drawn is not None:
            return self.drawn.arrays()
        return [self.hidden] if self.late is None else [self.late.logits]
