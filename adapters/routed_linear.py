"""A linear layer with every adapter's low-rank update beside it, chosen row by row."""

import mlx.core as mx
import mlx.nn as nn

from adapters.files import LowRankPair
from adapters.routing import BASE_SLOT, Routing


class RoutedLinear(nn.Module):
    """`y = linear(x) + x A[slot] B[slot]`, the scale folded into B, the ranks zero-padded to the largest.

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
        return y + update.astype(y.dtype)

    def write(self, slot: int, pair: LowRankPair | None, scale: float) -> None:
        """Put an adapter's update into `slot`, growing the bank to hold it; None makes the slot the base's here."""
        rank = max(self.a.shape[2], pair.a.shape[1] if pair else 0)
        num_slots = max(self.a.shape[0], slot + 1)
        a, b = _grown(self.a, (num_slots, self.a.shape[1], rank)), _grown(self.b, (num_slots, rank, self.b.shape[2]))
        a[slot], b[slot] = 0, 0
        if pair:
            a[slot, :, : pair.a.shape[1]] = pair.a.astype(a.dtype)
            b[slot, : pair.b.shape[0]] = (scale * pair.b).astype(b.dtype)
        self.a, self.b = a, b


def linear_dims(linear: nn.Linear | nn.QuantizedLinear) -> tuple[int, int]:
    """Give a linear layer's (in, out), quantised or not."""
    out_dims, in_dims = linear.weight.shape
    if isinstance(linear, nn.QuantizedLinear):
        in_dims = in_dims * 32 // linear.bits
    return in_dims, out_dims


def _grown(bank: mx.array, shape: tuple[int, int, int]) -> mx.array:
    """Pad with zeros at the end of each axis; always a copy, so that a step in flight keeps the bank it began with."""
    return mx.pad(bank, [(0, new - old) for new, old in zip(shape, bank.shape, strict=True)])
