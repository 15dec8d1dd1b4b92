"""A linear layer with every adapter's low-rank update beside it, chosen row by row."""

from collections.abc import Sequence

import mlx.core as mx
import mlx.nn as nn

from adapters.files import LowRankPair
from adapters.routing import BASE_SLOT, Routing


class RoutedLinear(nn.Module):
    """`y = linear(x) + scale[row] * x A[place] B[place]`, the ranks zero-padded to the largest that is loaded.

    Place 0 is all zeros: the base. Rows that share a place need no gather, rows of the base alone no update at all.
    """

    def __init__(self, linear: nn.Linear | nn.QuantizedLinear, routing: Routing, dtype: mx.Dtype) -> None:
        super().__init__()
        in_dims, out_dims = linear_dims(linear)
        self.linear = linear
        self.a = mx.zeros((1, in_dims, 0), dtype)  # (places, in, rank)
        self.b = mx.zeros((1, 0, out_dims), dtype)  # (places, rank, out)
        self._routing = routing

    def __call__(self, x: mx.array) -> mx.array:
        """Map x (B, L, in) to (B, L, out)."""
        y: mx.array = self.linear(x)
        route = self._routing.route
        if route.shared == BASE_SLOT:
            return y
        if route.shared is not None:
            update = (x @ self.a[route.shared]) @ self.b[route.shared]
        else:
            update = mx.gather_mm(mx.gather_mm(x, self.a, rhs_indices=route.places), self.b, rhs_indices=route.places)
        if route.scales is not None:
            update = update * route.scales
        return y + update.astype(y.dtype)

    def resize(self, kept: Sequence[int | None], rank: int) -> None:
        """Give the bank these places, each filled from the old place it names or empty, at this rank; what is cut off must be free."""
        num_old = self.a.shape[0]
        source = mx.array([num_old if place is None else place for place in kept])  # an empty place comes from behind the last
        self.a = _fitted(self.a, source, axis=2, rank=rank)
        self.b = _fitted(self.b, source, axis=1, rank=rank)

    def write(self, place: int, pair: LowRankPair | None) -> None:
        """Put an adapter's update into `place`; None makes the place the base's in this layer."""
        # Assigning to a part of an array makes a new one while anything still holds the old: a step in flight keeps its bank.
        a, b = self.a, self.b
        a[place], b[place] = 0, 0
        if pair:
            a[place, :, : pair.a.shape[1]] = mx.array(pair.a).astype(a.dtype)
            b[place, : pair.b.shape[0]] = mx.array(pair.b).astype(b.dtype)
        self.a, self.b = a, b


def linear_dims(linear: nn.Linear | nn.QuantizedLinear) -> tuple[int, int]:
    """Give a linear layer's (in, out), quantised or not."""
    out_dims, in_dims = linear.weight.shape
    if isinstance(linear, nn.QuantizedLinear):
        in_dims = in_dims * 32 // linear.bits
    return in_dims, out_dims


def _fitted(bank: mx.array, source: mx.array, *, axis: int, rank: int) -> mx.array:
    """Take places from a bank, the one behind its last being zeros, and cut or pad its rank; always a copy of its own."""
    cut = bank[:, :, :rank] if axis == 2 else bank[:, :rank]
    padding = [(0, 1), (0, 0), (0, 0)]
    padding[axis] = (0, rank - cut.shape[axis])
    return mx.contiguous(mx.take(mx.pad(cut, padding), source, axis=0))
