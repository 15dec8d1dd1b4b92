"""Tell the low-rank layers, for one forward pass, which slot each row of the batch uses."""

from typing import Any

import mlx.core as mx
import mlx.nn as nn
import msgspec

from adapters.rider import Rider, RidingRow

BASE_SLOT = 0


class Route(msgspec.Struct, frozen=True):
    """The slots of a batch: `shared` if all rows have one, `slots` if they are mixed."""

    shared: int | None
    slots: mx.array | None  # (B,)


class Routing:
    """The rows of the forward pass under way, and the route that their slots make.

    The route is rebuilt only when the batch's composition changes, which is seldom beside the steps.
    """

    def __init__(self) -> None:
        self.rows: tuple[RidingRow, ...] = ()
        self.route = Route(BASE_SLOT, None)

    def board(self, rows: tuple[RidingRow, ...]) -> None:
        """Make `rows` the rows of the coming forward pass."""
        if rows is self.rows:
            return
        slots = [row.slot for row in rows]
        self.rows = rows
        self.route = Route(slots[0], None) if len(set(slots)) == 1 else Route(None, mx.array(slots))


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
