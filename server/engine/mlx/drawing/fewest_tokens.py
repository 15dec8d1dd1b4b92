"""Answers that may not end before so many tokens: until then those that end them are not drawn as long as a grammar leaves any other."""

from collections.abc import Sequence, Set

import mlx.core as mx

from server.engine.mlx.drawing.processor import ProcessedRow, Seat

LEAST = -1e30  # a logit that is a number: where nothing else is left, as in vLLM, the end comes early and the row does not fail


class FewestTokens:
    """How many tokens one row draws before any of `end_ids`."""

    stage = 3  # what forbids tokens comes last, before a grammar
    needs_host_tokens = False

    def __init__(self, count: int, end_ids: Set[int]) -> None:
        self.count = count
        self.end_ids = sorted(end_ids)

    def join(self, seats: Sequence[Seat]) -> "JointFewestTokens":
        """Make one of all these rows'."""
        return JointFewestTokens([(seat.place, seat.row, seat.processor) for seat in seats if isinstance(seat.processor, FewestTokens)])


class JointFewestTokens:
    """Which rows of the batch may not end yet."""

    def __init__(self, seats: Sequence[tuple[int, ProcessedRow, FewestTokens]]) -> None:
        self._seats = seats
        self._forbidden: dict[tuple[int, ...], tuple[mx.array, mx.array]] = {}  # places and ids (N,), by the seats that may not end

    def apply(self, logits: mx.array, last_tokens: mx.array | None) -> mx.array:
        """Put the ends of those rows that have not drawn enough behind all else, in float32."""
        early = tuple(index for index, (_, row, fewest) in enumerate(self._seats) if row.num_drawn < fewest.count)
        if not early:
            return logits
        if early not in self._forbidden:
            self._forbidden = {early: self._list(early)}
        places, tokens = self._forbidden[early]
        changed = mx.array(logits.astype(mx.float32))
        changed[places, tokens] = LEAST
        return changed

    def _list(self, early: Sequence[int]) -> tuple[mx.array, mx.array]:
        seats = [self._seats[index] for index in early]  # a row may have two of them, for ends of two kinds
        listed = [(place, token) for place, _, fewest in seats for token in fewest.end_ids]
        places, tokens = zip(*listed, strict=True)
        return mx.array(places), mx.array(tokens)
