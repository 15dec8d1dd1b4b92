"""Which rows each step learns from: a function of the step's number and of nothing else, so that a resumed training needs no state."""

import math
from collections.abc import Sequence
from typing import NamedTuple

from adapters.train.data.batches import plan_epoch

ROUNDING = 1e-9  # of an epoch's share in steps: 0.1 of 30 steps is 3

Rows = tuple[int, ...]  # places among the examples


class Step(NamedTuple):
    """What one step of the optimiser sees."""

    epoch: int  # from 0
    batches: list[Rows]


class Epochs:
    """The epochs of a training, each of the same number of steps; the last of each may have fewer passes than the others."""

    def __init__(self, lengths: Sequence[int], *, batch_size: int, grad_accumulation: int, seed: int) -> None:
        self._lengths = lengths
        self._batch_size = batch_size
        self._accumulated = grad_accumulation
        self._seed = seed
        self._planned = 0, self._plan(0)
        self.steps_each = math.ceil(len(self._planned[1]) / grad_accumulation)

    def count_steps(self, epochs: float) -> int:
        """Give the steps that so many epochs need."""
        return max(1, math.ceil(epochs * self.steps_each - ROUNDING))

    def find_step(self, number: int) -> Step:
        """Give the rows of step `number`, from 1."""
        epoch, place = divmod(number - 1, self.steps_each)
        if self._planned[0] != epoch:
            self._planned = epoch, self._plan(epoch)
        return Step(epoch, self._planned[1][place * self._accumulated : (place + 1) * self._accumulated])

    def _plan(self, epoch: int) -> list[Rows]:
        return plan_epoch(self._lengths, batch_size=self._batch_size, seed=self._seed, epoch=epoch)
