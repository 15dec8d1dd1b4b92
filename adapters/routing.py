"""Tell the low-rank layers, for one forward pass, where in the bank each row's adapter lies, and at what scale it is wanted."""

from collections.abc import Mapping
from typing import Any

import mlx.core as mx
import mlx.nn as nn
import msgspec

from adapters.rider import Rider, RidingRow

BASE_SLOT = 0


class Route(msgspec.Struct, frozen=True, kw_only=True):
    """The places in a bank of a batch's rows: `shared` if all have one, `rows` and their `places` if they are mixed.

    Both are spelt out in the type that gather_mm wants: it would make or cast them anew in every layer, at every step.
    """

    shared: int | None = None
    rows: mx.array | None = None  # (B,) uint32: 0 to B - 1
    places: mx.array | None = None  # (B,) uint32
    scales: mx.array | None = None  # (B, 1, 1); None where every row's is 1


class Arrangement:
    """Where each slot in use lies in a layer's bank. A row keeps its slot for life, while a bank closes its gaps.

    Layers that are arranged alike share one, and with it the route that the rows under way make of it: it is rebuilt only when the
    batch's composition changes, which is seldom beside the steps.
    """

    def __init__(self, places: Mapping[int, int]) -> None:
        self.places = places
        self._rows: tuple[RidingRow, ...] = ()
        self._route = Route(shared=BASE_SLOT)

    def route(self, rows: tuple[RidingRow, ...]) -> Route:
        """Give the route of the rows of a forward pass."""
        if rows is not self._rows:
            self._rows = rows
            self._route = self._make_route()
        return self._route

    def _make_route(self) -> Route:
        places = [self.places[row.slot] if row.adapter_scale != 0 else BASE_SLOT for row in self._rows]
        if not any(places):
            return Route(shared=BASE_SLOT)
        scales = [row.adapter_scale for row in self._rows]
        scale_array = None if all(scale == 1 for scale in scales) else mx.array(scales)[:, None, None]
        if len(set(places)) == 1:
            return Route(shared=places[0], scales=scale_array)
        return Route(rows=mx.arange(len(places), dtype=mx.uint32), places=mx.array(places, mx.uint32), scales=scale_array)


class Routing:
    """The rows of the forward pass under way."""

    def __init__(self) -> None:
        self.rows: tuple[RidingRow, ...] = ()


class RoutedModel:
    """A Gemma 3 whose cache list ends with a `Rider`: takes it off, boards its rows and calls the model with the rest."""

    def __init__(self, model: nn.Module, routing: Routing) -> None:
        self.model = model
        self.routing = routing

    def __call__(self, inputs: mx.array, cache: list[Any]) -> mx.array:
        """Run tokens (B, L) through the model; logits are (B, L, V)."""
        *layers, rider = cache
        self.routing.rows = rider.rows
        logits: mx.array = self.model(inputs, cache=layers)
        return logits

    def make_cache(self, row: RidingRow) -> list[Any]:
        """Make the empty cache of one row, its rider at the end."""
        return [*self.model.make_cache(), Rider([row])]
