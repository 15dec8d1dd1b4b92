"""The tokens that rows have seen, and how often each stands in the answer: on the device, as the newest of them is not known elsewhere.

A row has a list of distinct ids, empty slots at its end. A token joins it at the step that is fed with it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import mlx.core as mx

EMPTY = -1
LEAST_SLOTS = 64


class Record(NamedTuple):
    """What a row has seen."""

    ids: mx.array  # (M,), int32
    counts: mx.array  # (M,), float32
    num_used: int  # slots that may not be empty
    num_counted: int  # tokens of the answer


def record_host_tokens(prompt_ids: Sequence[int], answer_ids: Sequence[int]) -> Record:
    """Make a record of tokens that the host knows."""
    counts = Counter(dict.fromkeys(prompt_ids, 0))
    counts.update(answer_ids)
    return Record(
        mx.array(list(counts.keys()), dtype=mx.int32), mx.array(list(counts.values()), dtype=mx.float32), len(counts), len(answer_ids)
    )


class SeenTokens:
    """The records of P rows, padded to one length."""

    def __init__(self, records: Sequence[Record]) -> None:
        num_slots = _round_up(max(record.num_used for record in records) + 1)
        self.ids = mx.stack([_fit(record.ids, num_slots, EMPTY) for record in records])  # (P, M)
        self.counts = mx.stack([_fit(record.counts, num_slots, 0) for record in records])  # (P, M)
        self._num_used = [record.num_used for record in records]
        self.num_counted = [record.num_counted for record in records]

    def record(self, index: int) -> Record:
        """Give one row's record, to go on with in another company."""
        num_used = self._num_used[index]
        return Record(self.ids[index, :num_used], self.counts[index, :num_used], num_used, self.num_counted[index])

    def count(self, tokens: mx.array, num_new: Sequence[int]) -> None:
        """Count a token (P,) of each row where `num_new` is 1 and not 0."""
        num_slots = self.ids.shape[-1]
        if max(self._num_used) >= num_slots:
            self.ids = _fit(self.ids, 2 * num_slots, EMPTY)
            self.counts = _fit(self.counts, 2 * num_slots, 0)
        slots = mx.arange(self.ids.shape[-1])
        is_free = slots == mx.array(self._num_used)[:, None]
        slot = mx.argmax((self.ids == tokens[:, None]) | is_free, axis=-1, keepdims=True)  # the token's own, or the next free one
        is_slot = (slots == slot) & (mx.array(list(num_new))[:, None] > 0)
        self.ids = mx.where(is_slot, tokens[:, None].astype(mx.int32), self.ids)
        self.counts = self.counts + is_slot
        self._num_used = [num_used + new for num_used, new in zip(self._num_used, num_new, strict=True)]
        self.num_counted = [num_counted + new for num_counted, new in zip(self.num_counted, num_new, strict=True)]


def _round_up(num_slots: int) -> int:
    return max(LEAST_SLOTS, 1 << (num_slots - 1).bit_length())


def _fit(slots: mx.array, num_slots: int, value: int) -> mx.array:
    """Make the last axis this long."""
    missing = num_slots - slots.shape[-1]
    return mx.pad(slots, [(0, 0)] * (slots.ndim - 1) + [(0, missing)], constant_values=value) if missing else slots
