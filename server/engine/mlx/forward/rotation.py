"""Rotary position embeddings (https://arxiv.org/abs/2104.09864) for packed tokens, each at its own position."""

from collections.abc import Callable
from math import log

import mlx.core as mx
import mlx.nn as nn

Rotate = Callable[[mx.array], mx.array]  # (T, heads, D) to the same


class FusedRotation:
    """Rotates by the model's own module: one kernel on Metal and CUDA."""

    def __init__(self, rope: nn.Module) -> None:
        self._rope = rope

    def at(self, positions: mx.array) -> Rotate:
        """Give the rotation for tokens at these positions (T,)."""
        return lambda x: self._rope(x[:, :, None], offset=positions).squeeze(2)


class TableRotation:
    """Rotates by a table of sines and cosines made once a step: without a kernel MLX makes it anew for queries and keys of every layer."""

    def __init__(self, rope: nn.RoPE) -> None:
        half = rope.dims // 2
        self._half = half
        self._scale = rope.scale
        # As mlx's fast.rope has it, so that angles round alike.
        self._frequencies = mx.exp(mx.arange(0, -half, -1, dtype=mx.float32) * (log(rope.base) / half))

    def at(self, positions: mx.array) -> Rotate:
        """Give the rotation for tokens at these positions (T,)."""
        angles = (positions.astype(mx.float32) * self._scale)[:, None, None] * self._frequencies
        cosines, sines, half = mx.cos(angles), mx.sin(angles), self._half

        def rotate(x: mx.array) -> mx.array:
            first, second = x[..., :half], x[..., half:]
            turned = [first * cosines - second * sines, first * sines + second * cosines]
            return mx.concatenate(turned, axis=-1).astype(x.dtype)

        return rotate


Rotation = FusedRotation | TableRotation


def make_rotation(rope: nn.Module, *, by_table: bool) -> Rotation:
    """Choose by the backend; what no table was written for goes by the module."""
    is_plain = isinstance(rope, nn.RoPE) and not rope.traditional
    return TableRotation(rope) if by_table and is_plain else FusedRotation(rope)
