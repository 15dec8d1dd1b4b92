"""What drawing asks of a row."""

from collections.abc import Sequence
from typing import Protocol

from server.engine.mlx.drawing.processor import LogitProcessor, ProcessedRow


class DrawingRow(ProcessedRow, Protocol):
    """A row of the batch."""

    @property
    def seed(self) -> int: ...

    @property
    def num_top_logprobs(self) -> int | None:
        """None: no log-probabilities; 0: of the drawn token only; k: and of the k likeliest."""
        ...

    @property
    def processors(self) -> Sequence[LogitProcessor]: ...
