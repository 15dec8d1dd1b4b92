"""What a matrix is to be with an adapter in it, in float32: `W + scale * (A B)^T`, and DoRA's rows at the lengths that were learnt."""

import mlx.core as mx

from adapters.files.reading import LowRankPair
from adapters.fuse.weight_files import Rows


def update_rows(weight: mx.array, pair: LowRankPair, rows: Rows, *, scale: float) -> mx.array:
    """Give rows (R, in) of the updated weight; the adapter's own scale is in the pair.

    DoRA (https://arxiv.org/abs/2402.09353) sets the length of each row, so that at another scale than 1 it would be another adapter.
    """
    part = slice(rows.start, rows.stop)
    updated = weight + (mx.array(pair.a) @ (mx.array(pair.b[:, part]) * scale)).T
    if pair.magnitude is None:
        return updated
    lengths = mx.sqrt(mx.sum(mx.square(updated), axis=1))
    return updated * (mx.array(pair.magnitude[part]) / lengths)[:, None]
