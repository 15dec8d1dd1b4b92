"""Attention within the rows of a batch for a CPU, where MLX has no kernel: products with an exponential of ours between them.

Rows are packed without padding, and each attends by itself, block by block of queries, over no more keys than these see. What is kept for
the way back is the sum of each query's exponentials, and not the weights: they are made again, as in https://arxiv.org/abs/2205.14135.
"""

from collections.abc import Callable, Iterator
from math import inf
from typing import Any, NamedTuple, cast

import mlx.core as mx
import mlx.nn as nn
import numpy as np

from adapters.base.arithmetic.exponential import exp_in_gradient
from adapters.base.arithmetic.rotation import TableRotation
from adapters.train.learner.packing import Packing

BLOCK_SCORES = 1 << 17  # of a block of queries: as many as a CPU's cache holds through the passes over them
FEWEST_QUERIES = 32

Rotate = Callable[[mx.array], mx.array]  # (T, heads, D) to the same


class Block(NamedTuple):
    """Neighbouring queries of a row, and the keys that they see."""

    queries: slice
    keys: slice
    mask: mx.array  # (queries, keys), added to the scores


class ComposedAttention:
    """For one packing; masks and tables of angles are made once for all layers."""

    def __init__(self, packing: Packing, layers: list[Any], *, window: int) -> None:
        self._spans = list(packing.spans())
        self._window = window
        positions = mx.array(np.concatenate([np.arange(length, dtype=np.int32) for length in packing.lengths]))
        self._rotations: dict[bool, Rotate] = {}  # by whether the layer slides
        for layer in layers:
            if (is_sliding := layer.self_attn.is_sliding) not in self._rotations:
                self._rotations[is_sliding] = _make_rotation(layer.self_attn.rope, positions)
        self._masks: dict[tuple[int, int, int, int | None], mx.array] = {}
        self._blocks: dict[tuple[int, bool, int], list[Block]] = {}

    def attend(self, module: Any, x: mx.array) -> mx.array:
        """Map normalised hidden states (T, D) to what the layer's heads have seen, (T, heads * D)."""
        num_tokens = x.shape[0]
        queries = module.q_proj(x).reshape(num_tokens, module.n_heads, -1)
        keys = module.k_proj(x).reshape(num_tokens, module.n_kv_heads, -1)
        values = module.v_proj(x).reshape(num_tokens, module.n_kv_heads, -1)
        rotate = self._rotations[module.is_sliding]
        queries = rotate(mx.fast.rms_norm(queries, (1.0 + module.q_norm.weight) * module.scale, module.q_norm.eps))
        keys = rotate(module.k_norm(keys))
        return self._see(module.is_sliding, queries, keys, values).reshape(num_tokens, -1)

    def _see(self, is_sliding: bool, queries: mx.array, keys: mx.array, values: mx.array) -> mx.array:
        """Attend from scaled queries (T, heads, D) over keys and values (T, kv_heads, D)."""

        @mx.custom_function
        def see(queries: mx.array, keys: mx.array, values: mx.array) -> tuple[mx.array, mx.array]:
            rows = [self._see_row(is_sliding, queries[span], keys[span], values[span]) for span in self._spans]
            return mx.concatenate([seen for seen, _ in rows]), mx.concatenate([logs for _, logs in rows])

        @see.vjp
        def pull_back(primals: Any, cotangents: Any, outputs: Any) -> tuple[mx.array, ...]:
            parts = (*primals, *outputs, cotangents[0])
            rows = [self._pull_row_back(is_sliding, *(part[span] for part in parts)) for span in self._spans]
            return tuple(mx.concatenate(list(gradients)) for gradients in zip(*rows, strict=True))

        seen, _ = cast(tuple[mx.array, mx.array], see(queries, keys, values))
        return seen

    def _see_row(self, is_sliding: bool, queries: mx.array, keys: mx.array, values: mx.array) -> tuple[mx.array, mx.array]:
        """Give what the queries of a row see, and the logarithms (L, heads, 1) of the sums of their exponentials."""
        length, heads, _ = queries.shape
        queries, keys, values = _by_head(queries, keys.shape[1]), _by_head(keys), _by_head(values)
        seen: list[mx.array] = []
        logs: list[mx.array] = []
        for block in self._cut(length, is_sliding, heads):
            scores = _score(_after(queries, seen), keys, block)
            largest = scores.max(axis=-1, keepdims=True)
            weights = exp_in_gradient(scores - largest)
            total = weights.sum(axis=-1, keepdims=True)
            seen.append(_by_token((weights @ values[:, block.keys]) / total, heads))
            logs.append(_by_token(largest + mx.log(total), heads))
        return mx.concatenate(seen), mx.concatenate(logs)

    def _pull_row_back(
        self, is_sliding: bool, queries: mx.array, keys: mx.array, values: mx.array, seen: mx.array, logs: mx.array, cotangent: mx.array
    ) -> tuple[mx.array, mx.array, mx.array]:
        """Give the gradients of a row's queries, keys and values."""
        length, heads, _ = queries.shape
        kv_heads = keys.shape[1]
        overlap = (cotangent * seen).sum(axis=-1, keepdims=True)
        queries, keys, values = _by_head(queries, kv_heads), _by_head(keys), _by_head(values)
        logs, overlap, cotangent = (_by_head(part, kv_heads) for part in (logs, overlap, cotangent))
        to_queries: list[mx.array] = []
        to_keys, to_values = mx.zeros_like(keys), mx.zeros_like(values)
        for block in self._cut(length, is_sliding, heads):
            own_logs, own_overlap, own_cotangent = (_flatten(part, block) for part in (logs, overlap, cotangent))
            weights = exp_in_gradient(_score(_after(queries, to_queries), keys, block) - own_logs)
            to_scores = weights * (own_cotangent @ values[:, block.keys].swapaxes(-1, -2) - own_overlap)
            to_queries.append(_by_token(to_scores @ keys[:, block.keys], heads))
            block_to_keys = to_scores.swapaxes(-1, -2) @ _flatten(queries, block)
            block_to_values = weights.swapaxes(-1, -2) @ own_cotangent
            to_keys = to_keys.at[:, block.keys].add(block_to_keys) if length > block.keys.stop - block.keys.start else block_to_keys
            to_values = to_values.at[:, block.keys].add(block_to_values) if length > block.keys.stop - block.keys.start else block_to_values
        return mx.concatenate(to_queries), to_keys.swapaxes(0, 1), to_values.swapaxes(0, 1)

    def _cut(self, length: int, is_sliding: bool, heads: int) -> list[Block]:
        """Cut a row's queries into blocks, which are the same for all rows of a length."""
        if (length, is_sliding, heads) not in self._blocks:
            self._blocks[length, is_sliding, heads] = list(self._make_blocks(length, self._window if is_sliding else None, heads))
        return self._blocks[length, is_sliding, heads]

    def _make_blocks(self, length: int, window: int | None, heads: int) -> Iterator[Block]:
        if window is not None and length <= window:
            window = None
        size = max(FEWEST_QUERIES, BLOCK_SCORES // (heads * min(length, window or length)))
        for start in range(0, length, size):
            stop = min(start + size, length)
            first = 0 if window is None else max(0, start + 1 - window)
            yield Block(slice(start, stop), slice(first, stop), self._mask(stop - start, stop - first, start - first, window))

    def _mask(self, num_queries: int, num_keys: int, offset: int, window: int | None) -> mx.array:
        shape = (num_queries, num_keys, offset, window)
        if shape not in self._masks:
            queries, keys = np.arange(offset, offset + num_queries)[:, None], np.arange(num_keys)
            is_seen = keys <= queries
            if window is not None:
                is_seen &= keys > queries - window
            self._masks[shape] = mx.array(np.where(is_seen, 0, -inf).astype(np.float32))
        return self._masks[shape]


def _make_rotation(rope: nn.RoPE, positions: mx.array) -> Rotate:
    turn = TableRotation(rope).at(positions)

    @mx.custom_function
    def rotate(x: mx.array) -> mx.array:
        return turn(x)

    @rotate.vjp
    def pull_back(primals: mx.array, cotangent: mx.array, output: mx.array) -> mx.array:
        return turn.back(cotangent)

    return cast(Rotate, rotate)


def _after(x: mx.array, blocks: list[mx.array]) -> mx.array:
    """Have what comes of x wait for the block before: side by side, their scores would lie in memory together."""
    return mx.depends(x, blocks[-1]) if blocks else x


def _by_head(x: mx.array, kv_heads: int | None = None) -> mx.array:
    """Map (L, heads, D) to (kv_heads, L, D), or to (kv_heads, heads / kv_heads, L, D), the heads that share keys together."""
    first = x.swapaxes(0, 1)
    return first if kv_heads is None else first.reshape(kv_heads, -1, *first.shape[1:])


def _flatten(x: mx.array, block: Block) -> mx.array:
    """Take a block's queries out of (kv_heads, G, L, D) as the rows (kv_heads, G * queries, D) of one product."""
    return x[:, :, block.queries].flatten(1, 2)


def _by_token(x: mx.array, heads: int) -> mx.array:
    """Map the rows (kv_heads, G * queries, D) of a product to (queries, heads, D)."""
    return x.reshape(heads, -1, x.shape[-1]).swapaxes(0, 1)


def _score(queries: mx.array, keys: mx.array, block: Block) -> mx.array:
    """Give the masked scores (kv_heads, G * queries, keys) of a block."""
    scores = _flatten(queries, block) @ keys[:, block.keys].swapaxes(-1, -2)
    masked = scores.reshape(scores.shape[0], -1, *block.mask.shape) + block.mask
    return masked.reshape(scores.shape)
