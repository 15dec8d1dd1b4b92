"""Attention over keys and values that are there already, in the form that suits the backend."""

from math import inf
from typing import Protocol

import mlx.core as mx

Mask = mx.array | None  # None: every query sees every key


class Attention(Protocol):
    """What the parts of a pass need."""

    def make_mask(self, is_seen: mx.array) -> mx.array:
        """Turn a boolean mask, made once a step, into the form that `attend` takes in every layer."""
        ...

    def attend(self, queries: mx.array, keys: mx.array, values: mx.array, mask: Mask) -> mx.array:
        """Map queries (B, heads, L, D) over keys and values (B, kv_heads, N, D), masked (…, L, N), to (B, heads, L, D)."""
        ...


class FusedAttention:
    """MLX's own kernel: what Metal and CUDA are fast at."""

    def __init__(self, scale: float) -> None:
        self._scale = scale  # of the scores

    def make_mask(self, is_seen: mx.array) -> mx.array:
        """Take the boolean mask as it is."""
        return is_seen

    def attend(self, queries: mx.array, keys: mx.array, values: mx.array, mask: Mask) -> mx.array:
        """Attend in one operation."""
        return mx.fast.scaled_dot_product_attention(queries, keys, values, scale=self._scale, mask=mask)


class MatmulAttention:
    """Two matrix products and a softmax, the heads that share keys as rows of one product.

    On a CPU MLX has no kernel: what it runs instead multiplies each head by itself, four times as many products for Gemma's four heads a
    key. Queries come scaled: that is in their norm's weight.
    """

    def make_mask(self, is_seen: mx.array) -> mx.array:
        """Give what is added to the scores."""
        return mx.where(is_seen, 0.0, -inf)

    def attend(self, queries: mx.array, keys: mx.array, values: mx.array, mask: Mask) -> mx.array:
        """Attend product by product."""
        batch, heads, length, dim = queries.shape
        kv_heads = keys.shape[1]
        shared = queries.reshape(batch, kv_heads, -1, dim)  # (B, kv_heads, heads / kv_heads * L, D)
        scores = shared @ keys.swapaxes(-1, -2)
        if mask is not None:
            scores = (scores.reshape(batch, kv_heads, -1, length, scores.shape[-1]) + _over_groups(mask)).reshape(scores.shape)
        weights = mx.softmax(scores, axis=-1, precise=True)
        return (weights @ values).reshape(batch, heads, length, dim)


def _over_groups(mask: mx.array) -> mx.array:
    """Give a mask (L, N) or (B, 1, L, N) the axis of the heads that share keys."""
    return mask if mask.ndim == 2 else mask[:, :, None]
