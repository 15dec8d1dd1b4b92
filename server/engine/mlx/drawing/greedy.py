"""The likeliest token of each row; of equals the one with the lowest id."""

import mlx.core as mx

NUM_COLUMNS = 64  # a maximum down columns is what a CPU does fastest
BLOCK_SIZE = 64 * NUM_COLUMNS
SMALL = 8 * BLOCK_SIZE  # a vocabulary under this is gone through at once


def find_likeliest(logits: mx.array) -> tuple[mx.array, mx.array]:
    """Give the ids (P,) and their logits (P,) of logits (P, V). A row with NaN gives NaN and some id."""
    if logits.shape[-1] < SMALL:
        return _find(logits)
    maxima = _block_maxima(logits)
    block = mx.argmax(maxima, axis=-1, keepdims=True)
    places = mx.minimum(block * BLOCK_SIZE + mx.arange(BLOCK_SIZE, dtype=mx.uint32), logits.shape[-1] - 1)
    inside, _ = _find(mx.take_along_axis(logits, places, axis=-1))
    return mx.take_along_axis(places, inside[:, None], axis=-1).squeeze(-1), maxima.max(axis=-1)


def _find(logits: mx.array) -> tuple[mx.array, mx.array]:
    ids = mx.argmax(logits, axis=-1, keepdims=True)
    return ids.squeeze(-1), mx.take_along_axis(logits, ids, axis=-1).squeeze(-1)


def _block_maxima(logits: mx.array) -> mx.array:
    """Give the maximum of each block of consecutive ids; the last block may be a short one."""
    num_rows, num_ids = logits.shape
    num_whole = num_ids // BLOCK_SIZE
    blocks = logits[:, : num_whole * BLOCK_SIZE].reshape(num_rows, num_whole, -1, NUM_COLUMNS)
    maxima = blocks.max(axis=2).max(axis=-1)
    rest = logits[:, num_whole * BLOCK_SIZE :]
    return mx.concatenate([maxima, rest.max(axis=-1, keepdims=True)], axis=-1) if rest.shape[-1] else maxima
