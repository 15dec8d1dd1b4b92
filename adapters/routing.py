"""Tell the low-rank layers, for one forward pass, which slot each row of the batch uses, and at what scale."""

from typing import Any

import mlx.core as mx
import mlx.nn as nn
import msgspec

from adapters.rider import Rider, RidingRow

BASE_SLOT = 0


class Route(msgspec.Struct, frozen=True, kw_only=True):
    """The places in the bank of a batch's rows: `shared` if all have one, `places` if they are mixed."""

    shared: int | None = None
    places: mx.array | None = None  # (B,)
    scales: mx.array | None = None  # (B, 1, 1); None where every row's is 1


class Routing:
    """The rows of the forward pass under way, and the route that they make.

    The route is rebuilt only when the batch's composition changes, which is seldom beside the steps.
    """

    def __init__(self) -> None:
        self.rows: tuple[RidingRow, ...] = ()
        self.route = Route(shared=BASE_SLOT)
        self.places = {BASE_SLOT: BASE_SLOT}  # of the slots in use, in the bank

    def move(self, places: dict[int, int]) -> None:
        """Take the slots' new places in the bank: a row keeps its slot for life, while the bank closes its gaps."""
        self.places = places
        self.rows = ()  # so that the next pass makes its route anew

    def board(self, rows: tuple[RidingRow, ...]) -> None:
        """Make `rows` the rows of the coming forward pass."""
        if rows is not self.rows:
            self.rows = rows
            self.route = self._make_route()

    def _make_route(self) -> Route:
        places = [self.places[row.slot] if row.adapter_scale != 0 else BASE_SLOT for row in self.rows]
        if not any(places):
            return Route(shared=BASE_SLOT)
        scales = [row.adapter_scale for row in self.rows]
        scale_array = None if all(scale == 1 for scale in scales) else mx.array(scales)[:, None, None]
        if len(set(places)) == 1:
            return Route(shared=places[0], scales=scale_array)
        return Route(places=mx.array(places), scales=scale_array)


class RoutedModel:
    """A Gemma 3 whose cache list ends with a `Rider`: takes it off, boards its rows and calls the model with the rest."""

    def __init__(self, model: nn.Module, routing: Routing) -> None:
        self.model = model
        self.routing = routing

    def __call__(self, inputs: mx.array, cache: list[Any]) -> mx.array:
        """Run tokens (B, L) through the model; logits are (B, L, V)."""
        *layers, rider = cache
        self.routing.board(rider.rows)
        logits: mx.array = self.model(inputs, cache=layers)
        return logits

    def make_cache(self, row: RidingRow) -> list[Any]:
        """Make the empty cache of one row, its rider at the end."""
        return [*self.model.make_cache(), Rider([row])]
