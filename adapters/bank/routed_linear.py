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
    """`y = linear(x) + scale * x A B`, token by token, A and B the columns of the bank that are the token's own.

    The adapters' factors stand side by side, each at its own rank. Rows of several adapters share one product with all of their columns,
    of which each keeps its own: a product of so few columns costs little beside the layer's own, and less than one for each adapter.
    Where one is DoRA's, its tokens are multiplied by its gain, and others by exactly one.
    """

    def __init__(self, linear: nn.Linear | nn.QuantizedLinear, routing: Routing, arrangement: Arrangement, dtype: mx.Dtype) -> None:
        super().__init__()
        in_dims, out_dims = linear_dims(linear)
        self.linear = linear
        self.a = mx.zeros((0, in_dims), dtype)  # (columns, in)
        self.b = mx.zeros((0, out_dims), dtype)  # (columns, out)
        self.gains: mx.array | None = None  # (places, out) in float32; None where none of those that are loaded has any here
        self._cut: dict[tuple[range, int], tuple[mx.array, mx.array]] = {}  # views of the two, by columns and into how many parts they fall
        self._routing = routing
        self._arrangement = arrangement  # to begin with, every slot without a column

    def __call__(self, x: mx.array) -> mx.array:
        """Map the tokens of a pass x (T, in) to (T, out)."""
        y: mx.array = self.linear(x)
        stretches = self._arrangement.split(self._routing.spans)
        if not stretches:
            return y
        if len(stretches) == 1:
            return self._update(y, x, stretches[0])
        return mx.concatenate([self._update(y[one.start : one.stop], x[one.start : one.stop], one) for one in stretches])

    def _update(self, y: mx.array, x: mx.array, stretch: Stretch) -> mx.array:
        """Give y (N, out) of the tokens x (N, in) of a stretch, updated."""
        for product in stretch.products:
            a, b = self._views(product.columns, product.num_parts)
            if product.num_parts == 1:
                y = mx.addmm(y, product.choose(x @ a), b).astype(y.dtype)
            else:
                parts_x, parts_y = (whole.reshape(product.num_parts, -1, whole.shape[1]) for whole in (x, y))
                y = mx.addmm(parts_y, product.choose(parts_x @ a), b).astype(y.dtype).reshape(y.shape)
        if self.gains is None or stretch.places is None:
            return y
        return (y * self.gains[stretch.places]).astype(y.dtype)

    def _views(self, columns: range, num_parts: int) -> tuple[mx.array, mx.array]:
        """Give columns of the bank as they lie: (in, columns) and (columns, out), or parts of them, one behind the other."""
        if (columns, num_parts) not in self._cut:
            part = slice(columns.start, columns.stop)
            a, b = self.a[part], self.b[part]
            if num_parts > 1:
                a, b = (whole.reshape(num_parts, -1, whole.shape[1]) for whole in (a, b))
            self._cut[columns, num_parts] = a.swapaxes(-1, -2), b
        return self._cut[columns, num_parts]

    def rearrange(self, arrangement: Arrangement, added: Mapping[int, Update | None]) -> None:
        """Make the bank anew: the slots of `arrangement` in its order, those `added` with their updates; None is the base's.

        If that fails the layer is as it was. A step in flight keeps the old arrays.
        """
        (_, in_dims), (_, out_dims) = self.a.shape, self.b.shape
        a, b = [self.a[:0]], [self.b[:0]]
        for source in self._find_sources(arrangement, added):
            match source:
                case Update():
                    a.append(mx.array(source.a).T.astype(self.a.dtype))
                    b.append(mx.array(source.b).astype(self.b.dtype))
                case range():
                    a.append(self.a[source.start : source.stop])
                    b.append(self.b[source.start : source.stop])
                case missing:
                    a.append(mx.zeros((missing, in_dims), self.a.dtype))
                    b.append(mx.zeros((missing, out_dims), self.b.dtype))
        new_a, new_b = mx.concatenate(a), mx.concatenate(b)
        new_gains = self._rearrange_gains(arrangement, added)
        mx.eval(new_a, new_b, *([] if new_gains is None else [new_gains]))
        self.a, self.b, self.gains, self._arrangement = new_a, new_b, new_gains, arrangement
        self._cut.clear()

    def _find_sources(self, arrangement: Arrangement, added: Mapping[int, Update | None]) -> list[Update | range | int]:
        """Say what a bank is put together of: what is added, neighbouring columns that were here before, and numbers of empty ones."""
        sources: list[Update | range | int] = []
        for slot, columns in arrangement.columns.items():
            update = added.get(slot)
            kept = range(0) if slot in added else self._arrangement.columns.get(slot, range(0))[: len(columns)]
            last = sources[-1] if sources else None
            if update:
                sources.append(update)
            elif kept and isinstance(last, range) and last.stop == kept.start:
                sources[-1] = range(last.start, kept.stop)
            elif kept:
                sources.append(kept)
            num_there = update.a.shape[1] if update else len(kept)
            if num_there < len(columns):
                sources.append(len(columns) - num_there)
        return sources

    def _rearrange_gains(self, arrangement: Arrangement, added: Mapping[int, Update | None]) -> mx.array | None:
        """Give the gains (places, out), ones where there are none; None where none of the slots has any here."""
        old = self.gains
        gains: dict[int, mx.array] = {}
        for slot in arrangement.with_gains:
            if slot in added:
                if (update := added[slot]) and update.gain is not None:
                    gains[slot] = mx.array(update.gain)
            elif old is not None and slot in self._arrangement.with_gains:
                gains[slot] = old[self._arrangement.places[slot]]
        if not gains:
            return None
        ones = mx.ones(self.b.shape[1])
        return mx.stack([gains.get(slot, ones) for slot in arrangement.places])


def linear_dims(linear: nn.Linear | nn.QuantizedLinear) -> tuple[int, int]:
    """Give a linear layer's (in, out), quantised or not."""
    out_dims, in_dims = linear.weight.shape
    if isinstance(linear, nn.QuantizedLinear):
        in_dims = in_dims * 32 // linear.bits
    return in_dims, out_dims
