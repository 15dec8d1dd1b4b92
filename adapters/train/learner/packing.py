"""A batch as the forward pass takes it: its tokens one behind the other."""

from collections.abc import Iterator
from typing import NamedTuple, Self

import mlx.core as mx
import numpy as np

from adapters.train.data.batch import Batch


class Packing(NamedTuple):
    """Rows one behind the other, each of as many tokens as something is learnt from, or padded alike."""

    token_ids: mx.array  # (T,)
    lengths: tuple[int, ...]  # of the rows, in order: T together
    target_places: mx.array  # (N,) into the T tokens
    target_ids: mx.array  # (N,)

    @classmethod
    def of(cls, batch: Batch, *, keeps_padding: bool) -> Self:
        """Pack a batch; without its padding, rows end at the last place that something is learnt from."""
        num_rows, length = batch.token_ids.shape
        rows, columns = np.divmod(batch.target_places, length)
        lengths = np.full(num_rows, length)
        if not keeps_padding:
            lengths[:] = 0
            np.maximum.at(lengths, rows, columns + 1)
        starts = np.cumsum(lengths) - lengths
        is_kept = np.arange(length) < lengths[:, None]
        return cls(
            mx.array(batch.token_ids[is_kept]),
            tuple(int(each) for each in lengths if each),
            mx.array((starts[rows] + columns).astype(np.int32)),
            mx.array(batch.target_ids),
        )

    @property
    def longest(self) -> int:
        """How many tokens the longest row has."""
        return max(self.lengths)

    def spans(self) -> Iterator[slice]:
        """Give where each row lies among the tokens."""
        start = 0
        for length in self.lengths:
            yield slice(start, start + length)
            start += length
