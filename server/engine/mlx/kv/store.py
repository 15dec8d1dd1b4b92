"""Where the keys and values of all rows are: in groups by capacity, so that a long row makes no short one as large as itself."""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import mlx.core as mx

from server.engine.mlx.kv.group import KVGroup
from server.engine.mlx.kv.shape import KVShape, find_capacity


class Place(NamedTuple):
    """A row's place in a group."""

    group: KVGroup
    number: int


class KVStore:
    """Gives places to rows, moves those that outgrow theirs, and takes them back."""

    def __init__(self, shape: KVShape, dtype: mx.Dtype) -> None:
        self.shape = shape
        self._dtype = dtype
        self._groups: dict[int, KVGroup] = {}  # by capacity

    @property
    def groups(self) -> tuple[KVGroup, ...]:
        """The groups that hold rows, the smallest first."""
        return tuple(self._groups[capacity] for capacity in sorted(self._groups))

    @property
    def num_bytes(self) -> int:
        """Count the bytes on the device."""
        return sum(group.num_bytes for group in self._groups.values())

    def take(self, num_tokens: int) -> Place:
        """Give a place with room for `num_tokens`."""
        group = self._group(find_capacity(num_tokens))
        return Place(group, group.take())

    def take_all(self, rows: Sequence[int]) -> list[Place]:
        """Give each of the rows that come together a place with room for so many tokens."""
        for capacity, num_rows in Counter(map(find_capacity, rows)).items():
            self._group(capacity).make_room(num_rows)
        return [self.take(num_tokens) for num_tokens in rows]

    def move(self, place: Place, *, num_tokens: int) -> Place:
        """Move a row with `num_tokens` in a place that is full to the next larger one."""
        larger = self.take(place.group.capacity + 1)
        larger.group.copy_row(larger.number, place.group, place.number, num_tokens)
        self.free(place)
        return larger

    def free(self, place: Place) -> None:
        """Take a place back."""
        place.group.free(place.number)
        if not place.group.num_rows:
            self._groups.pop(place.group.capacity, None)

    def _group(self, capacity: int) -> KVGroup:
        if capacity not in self._groups:
            self._groups[capacity] = KVGroup(self.shape, capacity, self._dtype)
        return self._groups[capacity]
