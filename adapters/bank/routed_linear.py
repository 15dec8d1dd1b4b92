"""A linear layer with every adapter's low-rank update beside it, chosen token by token."""

from collections.abc import Mapping
from typing import NamedTuple

import mlx.core as mx
import mlx.nn as nn

from adapters.bank.routing import Arrangement, Routing, Stretch
from adapters.files.tensor_file import Floats


class Update(NamedTuple):
    """What an adapter does to one layer."""

    a: Floats  # (in, rank)
    b: Floats  # (rank, out)
    gain: Floats | None  # (out,), of DoRA


class RoutedLinear(nn.Module):
    """`y = linear(x) + scale * x A[place] B[place]`, token by token, the ranks zero-padded to the largest that is loaded.

    Place 0 is all zeros: the base. Many tokens of the base beside one another need no update, and tokens whose places follow one another in
    the bank, equally many at each, no gather. Where an adapter is DoRA's, its tokens are multiplied by its gain, and others by exactly one.
    """

    def __init__(self, linear: nn.Linear | nn.QuantizedLinear, routing: Routing, arrangement: Arrangement, dtype: mx.Dtype) -> None:
        super().__init__()
        in_dims, out_dims = linear_dims(linear)
        self.linear = linear
        self.a = mx.zeros((1, in_dims, 0), dtype)  # (places, in, rank)
        self.b = mx.zeros((1, 0, out_dims), dtype)  # (places, rank, out)
        self.gains: mx.array | None = None  # (places, out) in float32; None where none of those that are loaded has any here
        self._cut: dict[range, tuple[mx.array, mx.array]] = {}  # views of the two, by places
        self._routing = routing
        self._arrangement = arrangement  # to begin with, every slot at the base's place

    def __call__(self, x: mx.array) -> mx.array:
        """Map the tokens of a pass x (T, in) to (T, out)."""
        y: mx.array = self.linear(x)
        for stretches in self._arrangement.split(self._routing.spans):
            if len(stretches) == 1:
                y = self._update(y, x, stretches[0])
            else:
                y = mx.concatenate([self._update(y[one.start : one.stop], x[one.start : one.stop], one) for one in stretches])
        return y

    def _update(self, y: mx.array, x: mx.array, stretch: Stretch) -> mx.array:
        """Give y (N, out) of the tokens x (N, in) of a stretch, updated."""
        if not stretch.has_update:
            return y
        updated = self._add(y, x, stretch)
        return updated if self.gains is None or not stretch.has_gain else self._lengthen(updated, self.gains, stretch)

    def _add(self, y: mx.array, x: mx.array, stretch: Stretch) -> mx.array:
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

    def _lengthen(self, y: mx.array, gains: mx.array, stretch: Stretch) -> mx.array:
        places, size = stretch.places, stretch.group_size
        of_groups = gains[places.start : places.stop] if isinstance(places, range) else gains[places]  # (G, out)
        return (y.reshape(-1, size, y.shape[1]) * of_groups[:, None]).reshape(y.shape).astype(y.dtype)

    def _views(self, places: range) -> tuple[mx.array, mx.array]:
        """Give a part of the bank as it lies: (in, rank) and (rank, out) of one place, (places, in, rank) and so on of several."""
        if places not in self._cut:
            part = places.start if len(places) == 1 else slice(places.start, places.stop)
            self._cut[places] = self.a[part], self.b[part]
        return self._cut[places]

    def rearrange(self, arrangement: Arrangement, rank: int, added: Mapping[int, Update | None]) -> None:
        """Make the bank anew at this rank: the slots of `arrangement` that are here, in its order, then those `added`; None is the base's.

        If that fails the layer is as it was. A step in flight keeps the old arrays. What a smaller rank cuts off must be zeros.
        """
        kept = mx.array([self._arrangement.places[slot] for slot in arrangement.places if slot not in added])
        (_, in_dims, _), (_, _, out_dims) = self.a.shape, self.b.shape
        a, b = [_padded(self.a, 2, rank)[kept]], [_padded(self.b, 1, rank)[kept]]
        for update in added.values():
            a.append(_padded(mx.array(update.a)[None], 2, rank) if update else mx.zeros((1, in_dims, rank)))
            b.append(_padded(mx.array(update.b)[None], 1, rank) if update else mx.zeros((1, rank, out_dims)))
        new_a, new_b = (mx.concatenate([part.astype(bank.dtype) for part in parts]) for parts, bank in ((a, self.a), (b, self.b)))
        new_gains = self._rearrange_gains(kept, arrangement, list(added.values()))
        mx.eval(new_a, new_b, *([] if new_gains is None else [new_gains]))
        self.a, self.b, self.gains, self._arrangement = new_a, new_b, new_gains, arrangement
        self._cut.clear()

    def _rearrange_gains(self, kept: mx.array, arrangement: Arrangement, added: list[Update | None]) -> mx.array | None:
        """Give the gains (places, out) of those that are kept and those that are added; None where none of them has any here."""
        out_dims = self.b.shape[2]
        gains = mx.ones((len(kept), out_dims)) if self.gains is None else self.gains[kept]
        own = [mx.ones(out_dims) if update is None or update.gain is None else mx.array(update.gain) for update in added]
        is_kept = self.gains is not None and any(place < len(kept) for place in arrangement.with_gains)
        if not is_kept and all(update is None or update.gain is None for update in added):
            return None
        return mx.concatenate([gains, *(one[None] for one in own)])


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
