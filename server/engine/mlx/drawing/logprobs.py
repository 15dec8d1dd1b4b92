"""Log-probabilities of drawn tokens and of the likeliest ones: of the model's own logits, at temperature 1 and before any processor."""

from collections.abc import Sequence
from math import e, log2
from typing import Any

import mlx.core as mx
import msgspec

from server.engine.mlx.drawing.candidates import find_candidates
from server.engine.mlx.drawing.drawable import Drawable
from server.engine.mlx.drawing.places import Places, rows_at_once, split
from server.engine.mlx.drawing.row import DrawingRow
from server.engine.mlx.drawing.weights import find_best, pad, sum_all, weigh
from server.engine.protocol import TokenLogprobs


class Logprobs(msgspec.Struct, frozen=True):
    """Of one step, not evaluated yet: for the A rows that ask."""

    num_top: dict[int, int]  # by the row's place in the batch, as asked for
    drawn: mx.array  # (A,)
    top_ids: mx.array  # (A, K)
    top: mx.array  # (A, K)

    def arrays(self) -> list[mx.array]:
        """List what has to be evaluated before reading."""
        return [self.drawn, self.top_ids, self.top]

    def read(self) -> dict[int, TokenLogprobs]:
        """Give them by the row's place in the batch."""
        drawn: Any = self.drawn.tolist()
        top_ids: Any = self.top_ids.tolist()
        top: Any = self.top.tolist()
        return {
            place: TokenLogprobs(logprob=drawn[index], top=tuple(zip(top_ids[index][:num_top], top[index][:num_top], strict=True)))
            for index, (place, num_top) in enumerate(self.num_top.items())
        }


class LogprobsPlan:
    """Who asks for log-probabilities in one composition of the batch."""

    def __init__(self, rows: Sequence[DrawingRow], drawable: Drawable) -> None:
        asked = {place: row.num_top_logprobs for place, row in enumerate(rows)}
        self._num_top = {place: num_top for place, num_top in asked.items() if num_top is not None}
        self._most = max(self._num_top.values(), default=0)
        self._drawable = drawable
        size = rows_at_once(drawable.num_ids)
        self._chunks = [Places(some, len(rows)) for some in split(list(self._num_top), size)]

    def find(self, logits: mx.array, token_ids: mx.array) -> Logprobs | None:
        """Give those of the tokens drawn (B,) and the likeliest of the model's logits (B, V); None where nobody asks."""
        if not self._chunks:
            return None
        found = [_find(places.take(logits), places.take(token_ids), self._most, self._drawable) for places in self._chunks]
        drawn, top_ids, top = (mx.concatenate(list(parts)) for parts in zip(*found, strict=True))
        return Logprobs(self._num_top, drawn, top_ids, top)


def find_of_known(logits: mx.array, token_ids: mx.array, num_top: Sequence[int], drawable: Drawable) -> Logprobs:
    """Give those of tokens (N,) that are known, by logits (N, V), each with as many likeliest ones as it asks for."""
    size = rows_at_once(drawable.num_ids)
    found = [_find(logits[at : at + size], token_ids[at : at + size], max(num_top), drawable) for at in range(0, logits.shape[0], size)]
    known, top_ids, top = (mx.concatenate(list(parts)) for parts in zip(*found, strict=True))
    return Logprobs(dict(enumerate(num_top)), known, top_ids, top)


def _find(logits: mx.array, token_ids: mx.array, num_top: int, drawable: Drawable) -> tuple[mx.array, mx.array, mx.array]:
    normaliser = _log_of_sum(logits)
    known = mx.take_along_axis(logits, token_ids[:, None], axis=-1).astype(mx.float32) - normaliser
    if not num_top:
        nothing = mx.zeros((logits.shape[0], 0))
        return known[:, 0], nothing.astype(mx.uint32), nothing
    ids, top = find_candidates(drawable.cut(logits), num_top)
    return known[:, 0], ids, top - normaliser


def _log_of_sum(logits: mx.array) -> mx.array:
    """Give the logarithm of the sum of exponentials (P, 1) of logits (P, V)."""
    padded = pad(logits)
    best = find_best(padded)
    return best + mx.log(sum_all(weigh(padded, best, mx.array(log2(e)))))
