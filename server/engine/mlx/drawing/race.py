"""Which token is drawn: the first of a race, in which one that weighs w arrives after an exponential time of mean 1 / w.

Each is the first with the probability of its share of the weights, as where Gumbel noise is added to their logarithms. Beside a number
that falls on tokens lying side by side, it is steady: weights that round a little differently move only a draw that is all but tied,
whereas there the boundaries of a whole vocabulary move together.
"""

import mlx.core as mx

from server.engine.mlx.drawing.noise import Noise
from server.engine.mlx.drawing.weights import BLOCK_SIZE


def find_first(weights: mx.array, times: mx.array) -> mx.array:
    """Give the place (P, 1) of the first among weights (P, N) and times (P, N) of mean 1. Never one without weight, if any has some."""
    return mx.argmax(weights / times, axis=-1, keepdims=True)


def find_block(sums: mx.array, noise: Noise) -> mx.array:
    """Give the block (P, 1) that the token comes from: blocks race by the sums of their weights (P, N)."""
    return find_first(sums, noise.of_blocks(sums.shape[-1]))


def find_token(weights: mx.array, block: mx.array, noise: Noise) -> mx.array:
    """Give the id (P,) of the token drawn in a block (P, 1), whose weights are (P, 512)."""
    ids = block * BLOCK_SIZE + mx.arange(BLOCK_SIZE, dtype=mx.uint32)
    return mx.take_along_axis(ids, find_first(weights, noise.of_tokens(ids)), axis=-1).squeeze(-1)
