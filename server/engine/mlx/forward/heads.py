"""Queries and keys made ready for attention: normalised head by head, then rotated to their positions."""

from collections.abc import Callable
from typing import NamedTuple, Self

import mlx.core as mx
import mlx.nn as nn

from adapters.base.arithmetic.rotation import TableRotation
from server.engine.mlx.forward.norm import Norms


class HeadNorms(NamedTuple):
    """The weights of one layer's norms of queries and keys."""

    query: mx.array  # (D,)
    key: mx.array  # (D,)
    both: mx.array  # (heads + kv_heads, D): the same, spelt out for each head

    @classmethod
    def of(cls, query: mx.array, key: mx.array, *, num_heads: int, num_kv_heads: int) -> Self:
        """Spell them out."""
        return cls(query, key, mx.stack([query] * num_heads + [key] * num_kv_heads))


Prepare = Callable[[mx.array, mx.array, HeadNorms], tuple[mx.array, mx.array]]  # queries and keys (T, heads, D) to the same


class EachHeads:
    """Queries and keys by themselves, with the model's own rotation: one kernel each on Metal and CUDA."""

    def __init__(self, rope: nn.Module, norms: Norms) -> None:
        self._rope = rope
        self._norms = norms

    def at(self, positions: mx.array) -> Prepare:
        """Give what prepares tokens at these positions (T,)."""

        def prepare(queries: mx.array, keys: mx.array, weights: HeadNorms) -> tuple[mx.array, mx.array]:
            turned = (
                self._rope(self._norms.normalise(x, weight)[:, :, None], offset=positions).squeeze(2)
                for x, weight in ((queries, weights.query), (keys, weights.key))
            )
            return next(turned), next(turned)

        return prepare


class JoinedHeads:
    """Queries and keys as heads of one array: on a CPU every operation costs something for being there."""

    def __init__(self, rope: nn.RoPE, norms: Norms) -> None:
        self._rotation = TableRotation(rope)
        self._norms = norms

    def at(self, positions: mx.array) -> Prepare:
        """Give what prepares tokens at these positions (T,)."""
        rotate = self._rotation.at(positions)

        def prepare(queries: mx.array, keys: mx.array, weights: HeadNorms) -> tuple[mx.array, mx.array]:
            turned = rotate(self._norms.normalise(mx.concatenate([queries, keys], axis=1), weights.both))
            num_heads = queries.shape[1]
            return turned[:, :num_heads], turned[:, num_heads:]

        return prepare


Heads = EachHeads | JoinedHeads


def make_heads(rope: nn.Module, norms: Norms, *, are_joined: bool) -> Heads:
    """Choose by the backend; what no table was written for goes by the module."""
    is_plain = isinstance(rope, nn.RoPE) and not rope.traditional
    return JoinedHeads(rope, norms) if are_joined and is_plain else EachHeads(rope, norms)
