"""What a request adds to the logits of tokens that it names."""

from collections.abc import Sequence

import mlx.core as mx

from server.engine.mlx.drawing.processor import Seat


class LogitBias:
    """The biases of one row, by token id."""

    stage = 1  # what adds to logits is first
    needs_host_tokens = False

    def __init__(self, biases: Sequence[tuple[int, float]]) -> None:
        self.biases = biases

    def join(self, seats: Sequence[Seat]) -> "JointLogitBias":
        """Make the biases of all these rows."""
        return JointLogitBias([(seat.place, seat.processor.biases) for seat in seats if isinstance(seat.processor, LogitBias)])


class JointLogitBias:
    """The biases of some rows of the batch."""

    def __init__(self, seats: Sequence[tuple[int, Sequence[tuple[int, float]]]]) -> None:
        listed = [(place, token, bias) for place, biases in seats for token, bias in biases]
        places, tokens, biases = zip(*listed, strict=True)
        self._places = mx.array(places)  # (N,), as the next two
        self._tokens = mx.array(tokens)
        self._biases = mx.array(biases, dtype=mx.float32)

    def apply(self, logits: mx.array, last_tokens: mx.array | None) -> mx.array:
        """Give the logits with the biases added, in float32."""
        return logits.astype(mx.float32).at[self._places, self._tokens].add(self._biases)
