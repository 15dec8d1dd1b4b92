"""A linear layer with every adapter's low-rank update beside it, chosen token by token."""

from collections.abc import Mapping

import mlx.core as mx
import mlx.nn as nn

from adapters.bank.routing import Arrangement, Routing, Stretch
from adapters.files.reading import LowRankPair


class RoutedLinear(nn.Module):
    """`y = linear(x) + scale * x A[place] B[place]`, token by token, the ranks zero-padded to the largest that is loaded.

    Place 0 is all zeros: the base. Many tokens of the base beside one another need no update, and tokens whose places follow one another in
    the bank, equally many at each, no gather.
    """

    def __init__(self, linear: nn.Linear | nn.QuantizedLinear, routing: Routing, arrangement: Arrangement, dtype: mx.Dtype) -> None:
        super().__init__()
        in_dims, out_dims = linear_dims(linear)
        self.linear = linear
        self.a = mx.zeros((1, in_dims, 0), dtype)  # (places, in, rank)
        self.b = mx.zeros((1, 0, out_dims), dtype)  # (places, rank, out)
        self._cut: dict[range, tuple[mx.array, mx.array]] = {}  # views of the two, by places
        self._routing = routing
        self._arrangement = arrangement  # to begin with, every slot at the base's place

    def __call__(self, x: mx.array) -> mx.array:
        """Map the tokens of a pass x (T, in) to (T, out)."""
        y: mx.array = self.linear(x)
        for stretches in self._arrangement.split(self._routing.spans):
            if len(stretches) == 1:
                y = self._add_update(y, x, stretches[0])
            else:
                y = mx.concatenate([self._add_update(y[one.start : one.stop], x[one.start : one.stop], one) for one in stretches])
        return y

    def _add_update(self, y: mx.array, x: mx.array, stretch: Stretch) -> mx.array:
        if not stretch.has_update:
            return y
        places, size = stretch.places, stretch.group_size
        if isinstance(places, range) and len(places) == 1:
            a, b = self._views(places)
            return mx.addmm(y, stretch.scaled(x @ a), b).astype(y.dtype)
        grouped, base = x.reshape(-1, size, x.shape[1]), y.reshape(-1, size, y.shape[1])
        if isinstance(places, range):
            a, b = self._views(places)
            updated = mx.addmm(base, stretch.scaled(grouped @ a), b)
        else:
            low = stretch.scaled(mx.gather_mm(grouped, self.a, lhs_indices=stretch.groups, rhs_indices=places))
            updated = base + mx.gather_mm(low, self.b, lhs_indices=stretch.groups, rhs_indices=places)
        return updated.reshape(y.shape).astype(y.dtype)

    def _views(self, places: range) -> tuple[mx.array, mx.array]:
        """Give a part of the bank as it lies: (in, rank) and (rank, out) of one place, (places, in, rank) and so on of several."""
        if places not in self._cut:
            part = places.start if len(places) == 1 else slice(places.start, places.stop)
            self._cut[places] = self.a[part], self.b[part]
        return self._cut[places]

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
        self._cut.clear()


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
