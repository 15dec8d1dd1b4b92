"""Attention over keys and values that are there already, in the form that suits the backend.

Two cases: the newest token of many rows, each of which sees as much of its place as it has written; and the last tokens of a prompt, each
of which sees itself and what came before it, within the window where there is one.
"""

from math import inf
from typing import Protocol

import mlx.core as mx

from adapters.base.arithmetic.exponential import exp

BLOCK_SCORES = 1 << 17  # of a block of queries: as many as a CPU's cache holds through the passes over them
FEWEST_QUERIES = 16
FEW_SCORES = 1 << 12  # for which one slow operation is faster than many


class Attention(Protocol):
    """What the parts of a pass need. All arrays are (B, heads, tokens, D), the result as the queries."""

    def make_mask(self, is_seen: mx.array) -> mx.array:
        """Turn a boolean mask, made once a step, into the form that `attend_newest` takes in every layer."""
        ...

    def attend_newest(self, queries: mx.array, keys: mx.array, values: mx.array, mask: mx.array) -> mx.array:
        """Attend from one query a row over the row's place, masked (B, 1, 1, N)."""
        ...

    def attend_last(self, queries: mx.array, keys: mx.array, values: mx.array, window: int | None) -> mx.array:
        """Attend from the last tokens over all that there are, each over itself and those before it, `window` of them in all."""
        ...


class FusedAttention:
    """MLX's own kernel: what Metal and CUDA are fast at."""

    def __init__(self, scale: float) -> None:
        self._scale = scale  # of the scores

    def make_mask(self, is_seen: mx.array) -> mx.array:
        """Take the boolean mask as it is."""
        return is_seen

    def attend_newest(self, queries: mx.array, keys: mx.array, values: mx.array, mask: mx.array) -> mx.array:
        """Attend in one operation."""
        return mx.fast.scaled_dot_product_attention(queries, keys, values, scale=self._scale, mask=mask)

    def attend_last(self, queries: mx.array, keys: mx.array, values: mx.array, window: int | None) -> mx.array:
        """Attend in one operation, by a mask only where the window cuts something off."""
        num_queries, num_keys = queries.shape[2], keys.shape[2]
        if window is None or num_keys <= window:
            return mx.fast.scaled_dot_product_attention(queries, keys, values, scale=self._scale, mask="causal")
        is_seen = _see(range(num_keys - num_queries, num_keys), range(num_keys), window)
        return mx.fast.scaled_dot_product_attention(queries, keys, values, scale=self._scale, mask=is_seen)


class MatmulAttention:
    """Two matrix products with an exponential between them, the heads that share keys as rows of one product.

    On a CPU MLX has no kernel. What it runs instead multiplies each head by itself, computes what the mask hides, and takes nine tenths of
    its time for the exponential. Queries come scaled: that is in their norm's weight.
    """

    def make_mask(self, is_seen: mx.array) -> mx.array:
        """Give what is added to the scores."""
        return mx.where(is_seen, 0.0, -inf)

    def attend_newest(self, queries: mx.array, keys: mx.array, values: mx.array, mask: mx.array) -> mx.array:
        """Attend product by product."""
        batch, heads, _, dim = queries.shape
        shared = queries.reshape(batch, keys.shape[1], -1, dim)  # (B, kv_heads, heads / kv_heads, D)
        return _average(shared @ keys.swapaxes(-1, -2) + mask, values).reshape(batch, heads, 1, dim)

    def attend_last(self, queries: mx.array, keys: mx.array, values: mx.array, window: int | None) -> mx.array:
        """Attend block by block of queries, each over no more keys than its queries see."""
        num_queries, num_keys = queries.shape[2], keys.shape[2]
        first = num_keys - num_queries
        size = max(FEWEST_QUERIES, BLOCK_SCORES // (queries.shape[0] * queries.shape[1] * min(num_keys, window or num_keys)))
        blocks = []
        for start in range(0, num_queries, size):
            stop = min(start + size, num_queries)
            lowest = 0 if window is None else max(0, first + start + 1 - window)
            own, seen = range(first + start, first + stop), range(lowest, first + stop)
            mask = self.make_mask(_see(own, seen, window))
            part = slice(lowest, first + stop)
            blocks.append(_attend_block(queries[:, :, start:stop], keys[:, :, part], values[:, :, part], mask))
        return blocks[0] if len(blocks) == 1 else mx.concatenate(blocks, axis=2)


def _attend_block(queries: mx.array, keys: mx.array, values: mx.array, mask: mx.array) -> mx.array:
    """Attend from queries (B, heads, L, D) over keys (B, kv_heads, N, D) by what is added to the scores, (L, N)."""
    batch, heads, length, dim = queries.shape
    kv_heads = keys.shape[1]
    shared = queries.reshape(batch, kv_heads, -1, dim)  # (B, kv_heads, heads / kv_heads * L, D)
    scores = shared @ keys.swapaxes(-1, -2)
    masked = scores.reshape(batch, kv_heads, -1, length, scores.shape[-1]) + mask
    return _average(masked.reshape(scores.shape), values).reshape(batch, heads, length, dim)


def _average(scores: mx.array, values: mx.array) -> mx.array:
    """Average values (…, N, D) by the softmax of scores (…, L, N)."""
    if scores.size <= FEW_SCORES:
        return mx.softmax(scores, axis=-1) @ values
    weights = exp(scores - scores.max(axis=-1, keepdims=True))
    return (weights @ values) / weights.sum(axis=-1, keepdims=True)


def _see(own: range, places: range, window: int | None) -> mx.array:
    """Say which of `places` the tokens at `own` see, (L, N)."""
    keys, queries = mx.arange(places.start, places.stop), mx.arange(own.start, own.stop)[:, None]
    is_seen = keys <= queries
    return is_seen if window is None else is_seen & (keys > queries - window)
