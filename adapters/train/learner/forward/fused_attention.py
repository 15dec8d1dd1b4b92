"""Attention within the rows of a batch by MLX's own kernels."""

from typing import Any

import mlx.core as mx

from adapters.train.learner.packing import Packing


class FusedAttention:
    """For rows padded alike: what Metal and CUDA are fast at. Each token sees itself and those before it, so no padding."""

    def __init__(self, packing: Packing, *, window: int) -> None:
        self._num_rows = len(packing.lengths)
        self._length = packing.longest
        self._masks: dict[bool, Any] = {True: _mask(self._length, window), False: "causal"}  # by whether the layer slides

    def attend(self, module: Any, x: mx.array) -> mx.array:
        """Map normalised hidden states (T, D) to what the layer's heads have seen, (T, heads * D)."""
        queries, keys, values = module.q_proj(x), module.k_proj(x), module.v_proj(x)
        queries = module.rope(module.q_norm(self._split(queries, module.n_heads)))
        keys = module.rope(module.k_norm(self._split(keys, module.n_kv_heads)))
        values = self._split(values, module.n_kv_heads)
        mask = self._masks[module.is_sliding]
        seen = mx.fast.scaled_dot_product_attention(queries, keys, values, scale=module.scale, mask=mask)
        return seen.swapaxes(1, 2).flatten(2).flatten(0, 1)

    def _split(self, x: mx.array, num_heads: int) -> mx.array:
        """Map (T, heads * D) to (B, heads, L, D)."""
        return x.reshape(self._num_rows, self._length, num_heads, -1).swapaxes(1, 2)


def _mask(length: int, window: int) -> Any:
    """Say what tokens of a sliding layer see: a mask only where the window cuts something off."""
    if length <= window:
        return "causal"
    places = mx.arange(length)
    return (places[None] <= places[:, None]) & (places[None] > places[:, None] - window)
