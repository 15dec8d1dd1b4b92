"""Some rows of a batch."""

from collections.abc import Sequence

import mlx.core as mx

CHUNK_SIZE = 2 << 20  # logits that are changed at once: a CPU takes larger arrays from the system anew each time, page by page


class Places:
    """Some places of a batch of B, in rising order."""

    def __init__(self, places: Sequence[int], batch_size: int) -> None:
        self._are_all = len(places) == batch_size
        self._run = slice(places[0], places[-1] + 1) if places[-1] - places[0] == len(places) - 1 else None
        self._array = mx.array(list(places))

    def take(self, batch: mx.array) -> mx.array:
        """Take what stands at these places (P, …) of an array of the batch (B, …), without a copy where they are neighbours."""
        if self._are_all:
            return batch
        return batch[self._array] if self._run is None else batch[self._run]


def rows_at_once(num_ids: int) -> int:
    """Say how many rows of a vocabulary to work on at once, where each gets arrays as long as that."""
    return max(1, CHUNK_SIZE // num_ids)


def split(places: Sequence[int], size: int) -> list[Sequence[int]]:
    """Cut into parts of a size; the last may be smaller."""
    return [places[first : first + size] for first in range(0, len(places), size)]
