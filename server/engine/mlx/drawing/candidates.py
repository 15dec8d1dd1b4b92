"""The k likeliest tokens of each row, in order, without a sort of the vocabulary.

The order is by logit, falling, and by id among equals. Of blocks of consecutive ids, ordered by their best token, the first k hold the
first k tokens: the best tokens of k blocks that come before another block all come before any token of that one, ties included.
"""

import mlx.core as mx

from server.engine.mlx.drawing.greedy import find_likeliest

LEAST_BLOCK = 4


def find_candidates(logits: mx.array, count: int) -> tuple[mx.array, mx.array]:
    """Give the ids (P, k) and logits (P, k), in float32, of the `count` likeliest, or of all where there are fewer."""
    num_ids = logits.shape[-1]
    if count == 1:
        ids = find_likeliest(logits)[0][:, None]
        return ids, mx.take_along_axis(logits, ids, axis=-1).astype(mx.float32)
    block_size = _choose_block_size(num_ids, count)
    everywhere = mx.broadcast_to(mx.arange(num_ids, dtype=mx.uint32), logits.shape)
    ids = everywhere if block_size < LEAST_BLOCK else _find_blocks(logits, count, block_size)
    ids = _first(mx.take_along_axis(logits, ids, axis=-1), ids, count)
    return ids, mx.take_along_axis(logits, ids, axis=-1).astype(mx.float32)


def _choose_block_size(num_ids: int, count: int) -> int:
    """Make blocks about as many as the tokens in k of them: a power of two near the root of V / k."""
    block_size = 1
    while 2 * block_size * block_size <= num_ids // count:
        block_size *= 2
    return block_size


def _find_blocks(logits: mx.array, count: int, block_size: int) -> mx.array:
    """Give the ids in the blocks that hold the `count` likeliest, and those after the last whole block."""
    num_rows, num_ids = logits.shape
    num_blocks = num_ids // block_size
    maxima = logits[:, : num_blocks * block_size].reshape(num_rows, num_blocks, block_size).max(axis=-1)
    numbers = mx.broadcast_to(mx.arange(num_blocks, dtype=mx.uint32), maxima.shape)
    blocks = _first(maxima, numbers, count)
    ids = (blocks[:, :, None] * block_size + mx.arange(block_size, dtype=mx.uint32)).reshape(num_rows, -1)
    rest = mx.arange(num_blocks * block_size, num_ids, dtype=mx.uint32)
    return mx.concatenate([ids, mx.broadcast_to(rest, (num_rows, rest.size))], axis=-1) if rest.size else ids


def _first(values: mx.array, ids: mx.array, count: int) -> mx.array:
    """Give the ids (P, k) of the `count` greatest of values (P, N), in order."""
    keys = _keys(values.astype(mx.float32), ids)
    if count < keys.shape[-1]:
        keys = mx.partition(keys, count - 1, axis=-1)[:, :count]
    return (mx.sort(keys, axis=-1) & 0xFFFFFFFF).astype(mx.uint32)


def _keys(values: mx.array, ids: mx.array) -> mx.array:
    """Give integers that rise where values fall and, among equals, where ids rise. NaN comes first, so that it is seen."""
    bits = (mx.where(mx.isnan(values), mx.inf, values) + 0.0).view(mx.int32)  # + 0.0 makes one zero of two
    falling = mx.where(bits < 0, bits, bits ^ 0x7FFFFFFF).view(mx.uint32)
    return (falling.astype(mx.uint64) << 32) | ids.astype(mx.uint64)
