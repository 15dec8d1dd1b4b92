"""The cache rider: one extra element at the end of a prompt cache that tells the model which row is whose.

BatchGenerator merges, filters, extends and extracts every element of the cache list together with the rows, and Gemma 3 zips its
layers with the list, so an element past the last layer is carried along and never read by the model. It carries the rows themselves.
"""

from collections.abc import Sequence
from typing import Protocol, Self


class RidingRow(Protocol):
    """What routing needs to know of a row of the batch."""

    @property
    def slot(self) -> int:
        """The bank's slot whose adapter this row uses; 0 is the base."""
        ...

    @property
    def adapter_scale(self) -> float:
        """What the adapter's update is multiplied with for this row; 1 is as trained."""
        ...


class Rider:
    """Rows in the order of the batch's first axis, behind the interface of an mlx-lm cache.

    `rows` is a new tuple on each change, so that its identity stands for the batch's composition.
    """

    def __init__(self, rows: Sequence[RidingRow]) -> None:
        self.rows = tuple(rows)

    @classmethod
    def merge(cls, riders: Sequence[Self]) -> Self:
        """Join the riders of single rows into one for their batch."""
        return cls([row for rider in riders for row in rider.rows])

    def filter(self, keep: Sequence[int]) -> None:
        """Keep the rows at these places, in this order."""
        self.rows = tuple(self.rows[index] for index in keep)

    def extend(self, other: Self) -> None:
        """Append another batch's rows."""
        self.rows += other.rows

    def extract(self, index: int) -> Self:
        """Take the rider of one row."""
        return type(self)([self.rows[index]])

    def __deepcopy__(self, memo: dict[int, object]) -> Self:
        """Copy the order, not the rows: they are the same rows in the copy."""
        return type(self)(self.rows)

    # The rest of the cache interface, for something that has no keys and no values.

    def prepare(self, *, left_padding: object = None, lengths: object = None, right_padding: object = None) -> None:
        """Padding is nothing to a rider."""

    def finalize(self) -> None:
        """Nor is its end."""

    @property
    def state(self) -> list[object]:
        """Nothing to evaluate."""
        return []

    @property
    def nbytes(self) -> int:
        """No memory on the device."""
        return 0

    def size(self) -> int:
        """No tokens."""
        return 0

    def empty(self) -> bool:
        """It never holds keys."""
        return True

    def is_trimmable(self) -> bool:
        """Trimming tokens changes nothing here."""
        return True

    def trim(self, num_tokens: int) -> int:
        """Pretend to cut `num_tokens` back."""
        return num_tokens
