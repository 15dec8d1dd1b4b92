"""The random number of a token: made of the row's seed and the token's place alone.

The batch, the other rows and the process's random state have no part in it: a seed gives the same answer alone and in any company.
"""

from collections.abc import Sequence
from hashlib import blake2b

import mlx.core as mx

from server.engine.mlx.drawing.row import DrawingRow

NUM_BITS = 24  # of a float32's mantissa
STEP = 2.0**-NUM_BITS


def draw_uniform(seed: int, num_drawn: int) -> tuple[float, float]:
    """Give a number in [0, 1) in two float32: its first 24 bits, and the next 24 as a fraction of the first's last place."""
    bits = int.from_bytes(blake2b(b"%d %d" % (seed, num_drawn), digest_size=8).digest(), "big") >> 16
    return (bits >> NUM_BITS) * STEP, (bits & ((1 << NUM_BITS) - 1)) * STEP


def draw_uniforms(rows: Sequence[DrawingRow]) -> mx.array:
    """Give each row its number, (P, 2)."""
    return mx.array([draw_uniform(row.seed, row.num_drawn) for row in rows], dtype=mx.float32)
