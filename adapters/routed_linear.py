"""A linear layer with every adapter's low-rank update beside it, chosen token by token."""

from collections.abc import Mapping

import mlx.core as mx
import mlx.nn as nn

from adapters.files import LowRankPair
from adapters.routing import BASE_SLOT, Arrangement, Routing, Stretch


class RoutedLinear(nn.Module):
    """`y = linear(x) + scale * x A[place] B[place]`, token by token, the ranks zero-padded to the largest that is loaded.

    Place 0 is all zeros: the base. Tokens that share a place need no gather, many of the base beside one another no update at all.
    """

    def __init__(self, linear: nn.Linear | nn.QuantizedLinear, routing: Routing, arrangement: Arrangement, dtype: mx.Dtype) -> None:
        super().__init__()
        in_dims, out_dims = linear_dims(linear)
        self.linear = linear
        self.a = mx.zeros((1, in_dims, 0), dtype)  # (places, in, rank)
        self.b = mx.zeros((1, 0, out_dims), dtype)  # (places, rank, out)
        self._pairs: dict[int, tuple[mx.array, mx.array]] = {}  # by place: views of the two
        self._routing = routing
        self._arrangement = arrangement  # to begin with, every slot at the base's place

    def __call__(self, x: mx.array) -> mx.array:
        """Map the tokens of a pass x (T, in) to (T, out)."""
        y: mx.array = self.linear(x)
        stretches = self._arrangement.split(self._routing.spans)
        if not stretches:
            return y
        if len(stretches) == 1:
            return self._add_update(y, x, stretches[0])
        return mx.concatenate([self._add_update(y[one.start : one.stop], x[one.start : one.stop], one) for one in stretches])

    def _add_update(self, y: mx.array, x: mx.array, stretch: Stretch) -> mx.array:
        if stretch.place == BASE_SLOT:
            return y
        if stretch.place is not None:
            a, b = self._pair(stretch.place)
            return mx.addmm(y, x @ a, b, alpha=stretch.scale).astype(y.dtype)
        grouped = x.reshape(-1, stretch.group_size, x.shape[1])
        low = mx.gather_mm(grouped, self.a, lhs_indices=stretch.groups, rhs_indices=stretch.places)  # (G, group_size, rank)
        update = mx.gather_mm(low, self.b, lhs_indices=stretch.groups, rhs_indices=stretch.places).reshape(y.shape)
        return y + (update if stretch.scales is None else update * stretch.scales).astype(y.dtype)

    def _pair(self, place: int) -> tuple[mx.array, mx.array]:
        if place not in self._pairs:
            self._pairs[place] = self.a[place], self.b[place]
        return self._pairs[place]

    def rearrange(self, arrangement: Arrangement, rank: int, added: Mapping[int, LowRankPair | None]) -> None:
        """Make the bank anew at this rank: the slots of `arrangement` that are here, in its order, then those `added`; None is the base's.

        If that fails the layer is as it was. A step in flight keeps the old arrays. What a smaller rank cuts off must be zeros.
        """
        kept = mx.array([self._arrangement.places[slot] for slot in arrangement.places if slot not in added])
        (_, in_dims, _), (_, _, out_dims) = self.a.shape, self.b.shape
        a, b = [_padded(self.a, 2, rank)[kept]], [_padded(self.b, 1, rank)[kept]]
        for pair in added.values():
            a.append(_padded(mx.array(pair.a)[None], 2, rank) if pair else mx.zeros((1, in_dims, rank)))
            b.append(_padded(mx.array(pair.b)[None], 1, rank) if pair else mx.zeros((1, rank, out_dims)))
        new_a, new_b = (mx.concatenate([part.astype(bank.dtype) for part in parts]) for parts, bank in ((a, self.a), (b, self.b)))
        mx.eval(new_a, new_b)
        self.a, self.b, self._arrangement = new_a, new_b, arrangement
        self._pairs.clear()


def linear_dims(linear: nn.Linear | nn.QuantizedLinear) -> tuple[int, int]:
    """Give a linear layer's (in, out), quantised or not."""
    out_dims, in_dims = linear.weight.shape
    if isinstance(linear, nn.QuantizedLinear):
        in_dims = in_dims * 32 // linear.bits
    return in_dims, out_dims


def _padded(bank: mx.array, axis: int, rank: int) -> mx.array:
    """Cut or zero-pad a bank's rank, which stands at `axis`, to `rank`."""
    bank = bank[:, :, :rank] if axis == 2 else bank[:, :rank]
    missing = rank - bank.shape[axis]
    return mx.pad(bank, [(0, missing if one == axis else 0) for one in range(3)]) if missing else bank
