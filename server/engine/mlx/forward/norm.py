"""Root-mean-square norms (https://arxiv.org/abs/1910.07467), and Gemma's residuals around them, in the form that suits the backend.

Weights come with the one that Gemma adds to them added.
"""

from functools import partial
from typing import Protocol

import mlx.core as mx
from mlx_lm.models.gemma3_text import clip_residual

FEW_VALUES = 1 << 13  # up to which compiled code is faster: it fuses nearly everything, and takes three times as long for a value


class Norms(Protocol):
    """What a layer needs. Arrays are (T, D) or (T, heads, D), and are normalised along their last axis."""

    def normalise(self, x: mx.array, weight: mx.array) -> mx.array:
        """Normalise and weigh."""
        ...

    def add(self, hidden: mx.array, update: mx.array, *, after: mx.array, before: mx.array) -> tuple[mx.array, mx.array]:
        """Add what a block gives, normalised by the weight `after` it; give the sum, and the sum normalised by that `before` the next."""
        ...


class FusedNorms:
    """MLX's own kernel, one operation a norm: what Metal and CUDA are fast at."""

    def __init__(self, eps: float) -> None:
        self._eps = eps

    def normalise(self, x: mx.array, weight: mx.array) -> mx.array:
        """Normalise in one operation."""
        return mx.fast.rms_norm(x, weight, self._eps)

    def add(self, hidden: mx.array, update: mx.array, *, after: mx.array, before: mx.array) -> tuple[mx.array, mx.array]:
        """Add as mlx-lm does where float16 must not overflow."""
        update = self.normalise(update, after)
        total = clip_residual(hidden, update) if hidden.dtype == mx.float16 else hidden + update
        return total, self.normalise(total, before)


class ComposedNorms:
    """For float32 on a CPU, where MLX has no kernel and composes a norm of a dozen operations, most of which cost more for being there than
    for what they do. For few values they are compiled into three; for many, the sum of squares is a matrix product.
    """

    def __init__(self, eps: float) -> None:
        self._eps = eps
        self._columns: dict[int, mx.array] = {}  # by D: what a row is multiplied by for its mean
        self._normalise_few = mx.compile(partial(_normalise, eps=eps))
        self._add_few = mx.compile(partial(_add, eps=eps))

    def normalise(self, x: mx.array, weight: mx.array) -> mx.array:
        """Normalise by the way that suits the size."""
        if x.size <= FEW_VALUES:
            few: mx.array = self._normalise_few(x, weight)
            return few
        return x * mx.rsqrt((x * x) @ self._column(x.shape[-1]) + self._eps) * weight

    def add(self, hidden: mx.array, update: mx.array, *, after: mx.array, before: mx.array) -> tuple[mx.array, mx.array]:
        """Add by the way that suits the size."""
        if hidden.size <= FEW_VALUES:
            few: tuple[mx.array, mx.array] = self._add_few(hidden, update, after, before)
            return few
        total = hidden + self.normalise(update, after)
        return total, self.normalise(total, before)

    def _column(self, size: int) -> mx.array:
        if size not in self._columns:
            self._columns[size] = mx.full((size, 1), 1 / size)
        return self._columns[size]


def _normalise(x: mx.array, weight: mx.array, *, eps: float) -> mx.array:
    return x * mx.rsqrt(mx.square(x).mean(axis=-1, keepdims=True) + eps) * weight


def _add(hidden: mx.array, update: mx.array, after: mx.array, before: mx.array, *, eps: float) -> tuple[mx.array, mx.array]:
    total = hidden + _normalise(update, after, eps=eps)
    return total, _normalise(total, before, eps=eps)
