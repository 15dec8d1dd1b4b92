"""A linear layer with every adapter's low-rank update beside it, chosen row by row."""

import mlx.core as mx
import mlx.nn as nn

from adapters.files import LowRankPair
from adapters.routing import BASE_SLOT, Routing


class RoutedLinear(nn.Module):
    """`y = linear(x) + scale[row] * x A[slot] B[slot]`, the ranks zero-padded to the largest that is loaded.

    Slot 0 is all zeros: the base. Rows that share a slot need no gather, rows of the base alone no update at all.
    """

    def __init__(self, linear: nn.Linear | nn.QuantizedLinear, routing: Routing, dtype: mx.Dtype) -> None:
        super().__init__()
        in_dims, out_dims = linear_dims(linear)
        self.linear = linear
        self.a = mx.zeros((1, in_dims, 0), dtype)  # (slots, in, rank)
        self.b = mx.zeros((1, 0, out_dims), dtype)  # (slots, rank, out)
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
            update = mx.gather_mm(mx.gather_mm(x, self.a, rhs_indices=route.slots), self.b, rhs_indices=route.slots)
        if route.scales is not None:
            update = update * route.scales
        return y + update.astype(y.dtype)

    def resize(self, num_slots: int, rank: int) -> None:
        """Fit the bank to this many slots and this rank: new room is zeros, what is cut off must be free."""
        if (self.a.shape[0], self.a.shape[2]) != (num_slots, rank):
            self.a = _fitted(self.a, (num_slots, self.a.shape[1], rank))
            self.b = _fitted(self.b, (num_slots, rank, self.b.shape[2]))

    def write(self, slot: int, pair: LowRankPair | None) -> None:
        """Put an adapter's update into `slot`; None makes the slot the base's in this layer."""
        # Assigning to a part of an array makes a new one while anything still holds the old: a step in flight keeps its bank.
        a, b = self.a, self.b
        a[slot], b[slot] = 0, 0
        if pair:
            a[slot, :, : pair.a.shape[1]] = mx.array(pair.a).astype(a.dtype)
            b[slot, : pair.b.shape[0]] = mx.array(pair.b).astype(b.dtype)
        self.a, self.b = a, b


def linear_dims(linear: nn.Linear | nn.QuantizedLinear) -> tuple[int, int]:
    """Give a linear layer's (in, out), quantised or not."""
    out_dims, in_dims = linear.weight.shape
    if isinstance(linear, nn.QuantizedLinear):
        in_dims = in_dims * 32 // linear.bits
    return in_dims, out_dims


def _fitted(bank: mx.array, shape: tuple[int, int, int]) -> mx.array:
    """Cut or pad with zeros at the end of each axis; always a copy of its own, so that what was cut off can be freed."""
    cut = bank[: shape[0], : shape[1], : shape[2]]
    return mx.contiguous(mx.pad(cut, [(0, new - old) for new, old in zip(shape, cut.shape, strict=True)]))
