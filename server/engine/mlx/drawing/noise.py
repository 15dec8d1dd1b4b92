"""The random numbers of a draw: one a token and one a block of tokens, made of the row's seed, the place in its answer and the token's id.

The batch, the other rows and the process's random state have no part in it: a seed gives the same answer alone and in any company. Each
number can be made without the others, in integers up to the last step: a vocabulary's size and the backend do not change it either.
It is SplitMix64 (Steele, Lea and Flood 2014, https://doi.org/10.1145/2714064.2660195), whose n-th output is a function of n alone.
"""

from collections.abc import Sequence
from hashlib import blake2b

import mlx.core as mx
import numpy as np

from server.engine.mlx.drawing.row import DrawingRow

GAMMA, FACTOR_1, FACTOR_2 = 0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB
FIRST_OF_BLOCKS = 1 << 32  # past all ids: a block shares no number with a token
BELOW_1 = 1 - 2.0**-24


def make_start(seed: int, num_drawn: int) -> np.uint64:
    """Give where the numbers of one draw begin: another place for each seed and each token of the answer."""
    return np.uint64(int.from_bytes(blake2b(b"%d %d" % (seed, num_drawn), digest_size=8).digest(), "big"))


class Noise:
    """The numbers of one draw of P rows: exponential ones of mean 1.

    Each comes of a uniform number between 2 ** -64 and 1 that has 24 bits at any size, so that a token of 1e-15 is drawn as often as it
    should be. Only the rare large ones are coarse: they end at 16.6, which 6e-8 of them would pass.
    """

    def __init__(self, rows: Sequence[DrawingRow]) -> None:
        self._starts = mx.array(np.array([[make_start(row.seed, row.num_drawn)] for row in rows]))  # (P, 1)

    def of_tokens(self, ids: mx.array) -> mx.array:
        """Give the numbers (P, N) of tokens (P, N)."""
        return self._make(ids.astype(mx.uint64))

    def of_blocks(self, num_blocks: int) -> mx.array:
        """Give the numbers (P, N) of the first N blocks."""
        return self._make(mx.arange(num_blocks, dtype=mx.uint32).astype(mx.uint64) + FIRST_OF_BLOCKS)

    def _make(self, numbers: mx.array) -> mx.array:
        bits = _mix(self._starts + (numbers + 1) * _constant(GAMMA)) | 1
        uniform = mx.minimum(bits.astype(mx.float32) * 2.0**-64, BELOW_1)
        return -mx.log1p(-uniform)


def _mix(bits: mx.array) -> mx.array:
    bits = (bits ^ (bits >> 30)) * _constant(FACTOR_1)
    bits = (bits ^ (bits >> 27)) * _constant(FACTOR_2)
    return bits ^ (bits >> 31)


def _constant(value: int) -> mx.array:
    return mx.array(np.array(value, dtype=np.uint64))  # mx.array takes no integer of 64 bits
