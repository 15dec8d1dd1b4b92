"""The part of a pass that decodes: one token for each of the rows of a group."""

from collections.abc import Sequence

import mlx.core as mx

from server.engine.mlx.forward.attention import Attention
from server.engine.mlx.kv.group import KVGroup

VIEW_STEP = 64  # tokens: what is looked at of a group's places grows in such steps, so that few shapes occur


class DecodingPart:
    """Tokens `start` to `stop` of a pass, one a row; the rows have `places` in `group`, and each is at its own position."""

    def __init__(self, group: KVGroup, places: Sequence[int], positions: Sequence[int], *, start: int) -> None:
        self._group = group
        self._start, self._stop = start, start + len(places)
        self._num_places = group.num_places
        self._places = mx.array(list(places))
        self._positions = mx.array(list(positions))
        # Places that no row of this part has are looked at too, and what comes of it is dropped.
        self._is_dense = list(places) == list(range(self._num_places))
        self._rows_by_place = self._places if self._is_dense else mx.array(_invert(places, self._num_places))
        self._num_seen = -(-(max(positions) + 1) // VIEW_STEP) * VIEW_STEP
        self._masks: dict[int, mx.array] = {}  # by the tokens of a layer that are looked at
        self._targets: dict[int, mx.array] = {}  # by a layer's capacity: where in it the new tokens go

    def attend(self, layer: int, attention: Attention, queries: mx.array, keys: mx.array, values: mx.array) -> mx.array:
        """Write each row's token to its place and attend over all places at once."""
        group, capacity = self._group, self._group.capacities[layer]
        target = self._target(capacity)
        group.keys[layer][self._places, :, target] = keys[self._start : self._stop]
        group.values[layer][self._places, :, target] = values[self._start : self._stop]
        queries = queries[self._start : self._stop]
        if not self._is_dense:
            queries = queries[self._rows_by_place]
        size = min(self._num_seen, capacity)
        seen_keys = group.keys[layer][: self._num_places, :, :size]
        seen_values = group.values[layer][: self._num_places, :, :size]
        attended = attention.attend_newest(queries[:, :, None], seen_keys, seen_values, self._mask(size, attention)).squeeze(2)
        return attended if self._is_dense else attended[self._places]

    def _target(self, capacity: int) -> mx.array:
        if capacity not in self._targets:
            self._targets[capacity] = self._positions % capacity
        return self._targets[capacity]

    def _mask(self, size: int, attention: Attention) -> mx.array:
        """Show each row what it has written: in a ring that has come round, that is everything."""
        if size not in self._masks:
            positions = self._positions if self._is_dense else self._positions[self._rows_by_place]
            self._masks[size] = attention.make_mask((mx.arange(size) <= positions[:, None])[:, None, None])
        return self._masks[size]


def _invert(places: Sequence[int], num_places: int) -> list[int]:
    """Give the row at each place; 0 where there is none."""
    rows = [0] * num_places
    for row, place in enumerate(places):
        rows[place] = row
    return rows
