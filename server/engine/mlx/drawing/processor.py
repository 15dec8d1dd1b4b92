"""What may change a row's logits before a token is drawn from them.

A row has processors of its own; those of one class are joined over the rows that have one, so that each class costs one operation a
step, however many rows ask for it. Joining happens when rows come or go, applying at every step.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import mlx.core as mx
import msgspec

from server.engine.protocol import Sampling


class ProcessedRow(Protocol):
    """What processors may know of their row. While it lives nothing changes but `num_drawn` and `token_ids`."""

    @property
    def sampling(self) -> Sampling: ...

    @property
    def prompt_ids(self) -> Sequence[int]: ...

    @property
    def token_ids(self) -> Sequence[int]:
        """The answer as far as the host knows it: the last token drawn may be missing."""
        ...

    @property
    def num_drawn(self) -> int:
        """The place in the answer of the token about to be drawn."""
        ...


class LogitProcessor(Protocol):
    """One row's wish, with what has to be remembered for it."""

    @property
    def stage(self) -> int:
        """Lower stages are applied first."""
        ...

    @property
    def needs_host_tokens(self) -> bool:
        """Whether the row's `token_ids` must be complete when its next token is drawn."""
        ...

    def join(self, seats: Sequence[Seat]) -> JointProcessor:
        """Make one processor of all in `seats`, which are of this class."""
        ...


class Seat(msgspec.Struct, frozen=True):
    """Where a processor's row sits among the logits that it is applied to."""

    place: int
    row: ProcessedRow
    processor: LogitProcessor


class JointProcessor(Protocol):
    """The processors of one class, for one composition of the batch."""

    def apply(self, logits: mx.array, last_tokens: mx.array | None) -> mx.array:
        """Give the changed logits (P, V); `last_tokens` (P,) are what the rows were fed with. It only builds the graph."""
        ...
