"""Probabilities before they are normalised: each token's weight beside the likeliest, which weighs 1."""

from collections.abc import Sequence
from math import e, gcd, log2

import mlx.core as mx

from server.engine.protocol import Sampling

BLOCK_SIZE = 512  # rounding of a sum grows with the number of its terms: sums are made of sums


def scales_of(samplings: Sequence[Sampling]) -> mx.array:
    """Give what turns logits into powers of two at each row's temperature, (P, 1)."""
    return mx.array([[log2(e) / sampling.temperature] for sampling in samplings], dtype=mx.float32)


def weigh(logits: mx.array, best: mx.array, scales: mx.array) -> mx.array:
    """Give weights (P, N) of logits (P, N), the best of a row being (P, 1). A power of two costs a CPU a third of an exponential."""
    return mx.power(2.0, (logits - best) * scales)


def pad(logits: mx.array) -> mx.array:
    """Give float32 logits of whole blocks, impossible ones at the end."""
    num_missing = -logits.shape[-1] % BLOCK_SIZE
    logits = logits.astype(mx.float32)
    return mx.pad(logits, [(0, 0), (0, num_missing)], constant_values=-mx.inf) if num_missing else logits


def find_best(padded: mx.array) -> mx.array:
    """Give the greatest of each row's padded logits, (P, 1)."""
    return padded.reshape(padded.shape[0], -1, BLOCK_SIZE).max(axis=1).max(axis=-1, keepdims=True)


def sum_blocks(weights: mx.array) -> mx.array:
    """Sum each block of weights (P, N): (P, N / 512)."""
    return weights.reshape(weights.shape[0], -1, BLOCK_SIZE).sum(axis=-1)


def sum_all(weights: mx.array) -> mx.array:
    """Sum weights (P, N) of any N: (P, 1)."""
    block_size = gcd(weights.shape[-1], BLOCK_SIZE)
    return weights.reshape(weights.shape[0], -1, block_size).sum(axis=-1).sum(axis=-1, keepdims=True)


def take_block(weights: mx.array, block: mx.array) -> mx.array:
    """Give the weights (P, 512) in a block (P, 1) of each row."""
    places = block * BLOCK_SIZE + mx.arange(BLOCK_SIZE, dtype=mx.uint32)
    return mx.take_along_axis(weights, places, axis=-1)
