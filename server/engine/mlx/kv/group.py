"""The keys and values of rows of one capacity: an array a layer, a place a row.

A place is a row's from its first token to its last: nobody else's keys move when it comes or goes, which in mlx-lm's batch caches copies
those of the whole batch. What lies behind a row's newest token, or in a free place, is left over from others and is masked.
Updates are written into the arrays where nothing else holds them, so what reads them must have run before the next step is started.
"""

from collections.abc import Sequence

import mlx.core as mx

from server.engine.mlx.kv.shape import KVShape

KeysAndValues = tuple[mx.array, mx.array]  # each (1, H, tokens, D)


class KVGroup:
    """Places for rows of up to `capacity` tokens. A sliding layer's are rings: the token at position p lies at p modulo the window."""

    def __init__(self, shape: KVShape, capacity: int, dtype: mx.Dtype) -> None:
        self.capacity = capacity
        self.capacities = tuple(shape.layer_capacity(layer, capacity) for layer in range(shape.num_layers))
        self._shape = shape
        self._dtype = dtype
        self._taken: list[bool] = []
        self.keys: list[mx.array] = [self._zeros(0, layer) for layer in range(shape.num_layers)]  # each (places, H, tokens, D)
        self.values: list[mx.array] = list(self.keys)

    @property
    def num_rows(self) -> int:
        """Count the places that are taken."""
        return sum(self._taken)

    @property
    def num_places(self) -> int:
        """Count the places up to the last that is taken."""
        return len(self._taken)

    @property
    def num_bytes(self) -> int:
        """Count the bytes on the device."""
        return self.keys[0].shape[0] * self._shape.bytes_of(self.capacity)

    def is_sliding(self, layer: int) -> bool:
        """Say whether a layer sees a window only."""
        return self._shape.are_sliding[layer]

    def make_room(self, num_rows: int) -> None:
        """Grow, if need be, once for so many rows that will come: growing copies what there is."""
        self._grow(len(self._taken) + max(0, num_rows - self._taken.count(False)))

    def take(self) -> int:
        """Give the first free place to a row."""
        place = self._taken.index(False) if False in self._taken else len(self._taken)
        if place == len(self._taken):
            self._taken.append(False)
            self._grow(len(self._taken))
        self._taken[place] = True
        return place

    def free(self, place: int) -> None:
        """Take a place back; what lies behind the last taken one is given back to the device once it is most of it."""
        self._taken[place] = False
        while self._taken and not self._taken[-1]:
            self._taken.pop()
        allocated = self.keys[0].shape[0]
        if allocated > 4 * max(1, len(self._taken)) or not self._taken:
            for arrays in (self.keys, self.values):
                arrays[:] = [array[: len(self._taken)] + 0 for array in arrays]  # a copy: a slice would hold the whole

    def clear(self, place: int) -> None:
        """Put zeros into a place: what is no number would reach through the mask of those who have it next."""
        for arrays in (self.keys, self.values):
            for layer, array in enumerate(arrays):
                array[place] = mx.zeros(array.shape[1:], array.dtype)
                arrays[layer] = array

    def copy_row(self, place: int, other: "KVGroup", other_place: int, num_tokens: int) -> None:
        """Copy a row of another, smaller group to `place`."""
        for layer, size in enumerate(other.capacities):
            # A ring is smaller only where it has not come round yet.
            size = min(size, num_tokens)
            self.keys[layer][place : place + 1, :, :size] = other.keys[layer][other_place : other_place + 1, :, :size]
            self.values[layer][place : place + 1, :, :size] = other.values[layer][other_place : other_place + 1, :, :size]

    def share_row(self, place: int, others: Sequence[int], num_tokens: int) -> None:
        """Copy a row that has so many tokens to other places."""
        targets = mx.array(list(others))
        for arrays in (self.keys, self.values):
            for layer, capacity in enumerate(self.capacities):
                size = min(capacity, num_tokens)
                arrays[layer][targets, :, :size] = arrays[layer][place : place + 1, :, :size]

    def write_window(self, layer: int, place: int, window: KeysAndValues, num_tokens: int) -> None:
        """Put a row's newest tokens of a sliding layer, in their order, into its ring; it has seen `num_tokens` in all."""
        ring = self.capacities[layer]
        size = min(num_tokens, ring)
        start = (num_tokens - size) % ring
        head = min(size, ring - start)  # up to the ring's end; the rest goes on at its beginning
        for arrays, newest in ((self.keys, window[0]), (self.values, window[1])):
            newest = newest[:, :, newest.shape[2] - size :]
            arrays[layer][place : place + 1, :, start : start + head] = newest[:, :, :head]
            if head < size:
                arrays[layer][place : place + 1, :, : size - head] = newest[:, :, head:]

    def read_window(self, layer: int, place: int, num_tokens: int) -> KeysAndValues:
        """Give a row's newest tokens of a sliding layer in their order."""
        ring = self.capacities[layer]
        keys, values = self.keys[layer][place : place + 1], self.values[layer][place : place + 1]
        if num_tokens <= ring:
            return keys[:, :, :num_tokens], values[:, :, :num_tokens]
        turn = num_tokens % ring
        return _turned(keys, turn), _turned(values, turn)

    def arrays(self) -> Sequence[mx.array]:
        """List all arrays."""
        return (*self.keys, *self.values)

    def _grow(self, needed: int) -> None:
        """Make room for as many places as are needed, and for some to come."""
        allocated = self.keys[0].shape[0]
        if needed <= allocated:
            return
        more = max(needed - allocated, allocated // 4, 1)
        for arrays in (self.keys, self.values):
            arrays[:] = [mx.concatenate([array, self._zeros(more, layer)]) for layer, array in enumerate(arrays)]

    def _zeros(self, num_places: int, layer: int) -> mx.array:
        return mx.zeros((num_places, self._shape.num_heads, self.capacities[layer], self._shape.head_dim), self._dtype)


def _turned(ring: mx.array, start: int) -> mx.array:
    return mx.concatenate([ring[:, :, start:], ring[:, :, :start]], axis=2) if start else ring
