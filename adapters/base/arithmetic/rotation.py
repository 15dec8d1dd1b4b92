"""Rotary position embeddings (https://arxiv.org/abs/2104.09864) for packed tokens, each at its own position."""

from functools import partial
from math import log

import mlx.core as mx
import mlx.nn as nn


class TableRotation:
    """Rotates by a table of sines and cosines made once a pass: without a kernel MLX makes it anew in every layer."""

    def __init__(self, rope: nn.RoPE) -> None:
        half = rope.dims // 2
        self._half = half
        self._scale = rope.scale
        # As mlx's fast.rope has it, so that angles round alike.
        self._frequencies = mx.exp(mx.arange(0, -half, -1, dtype=mx.float32) * (log(rope.base) / half))

    def at(self, positions: mx.array) -> "TableTurn":
        """Give the rotation for tokens at these positions (T,)."""
        angles = (positions.astype(mx.float32) * self._scale)[:, None, None] * self._frequencies
        cosines, sines = mx.cos(angles), mx.sin(angles)
        along, across = mx.concatenate([cosines, cosines], axis=-1), mx.concatenate([-sines, sines], axis=-1)  # (T, 1, D)
        return TableTurn(along, across, self._half)


class TableTurn:
    """Rotates the two halves of each head against each other."""

    def __init__(self, along: mx.array, across: mx.array, half: int) -> None:
        self._half = half
        self._tables = {1: (along, across)}  # by heads

    def __call__(self, x: mx.array) -> mx.array:
        """Rotate x (T, heads, D)."""
        along, across = self._tables_for(x.shape[1])
        return self._turn(x, along, across)

    def back(self, x: mx.array) -> mx.array:
        """Rotate x (T, heads, D) the other way, which is also how gradients go."""
        along, across = self._tables_for(x.shape[1])
        return self._turn(x, along, -across)

    def _turn(self, x: mx.array, along: mx.array, across: mx.array) -> mx.array:
        swapped = mx.concatenate([x[..., self._half :], x[..., : self._half]], axis=-1)
        return _turn(x, swapped, along, across).astype(x.dtype)

    def _tables_for(self, num_heads: int) -> tuple[mx.array, mx.array]:
        """Repeat the tables for each head: alike in shape, the four are one pass over contiguous values."""
        if num_heads not in self._tables:
            along, across = (mx.contiguous(mx.repeat(table, num_heads, axis=1)) for table in self._tables[1])
            self._tables[num_heads] = along, across
        return self._tables[num_heads]


@partial(mx.compile, shapeless=True)
def _turn(x: mx.array, swapped: mx.array, along: mx.array, across: mx.array) -> mx.array:
    return x * along + swapped * across
