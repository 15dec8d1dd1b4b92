"""Which rows a step learns from."""

from collections import Counter

import pytest

from adapters.train.epochs import Epochs

LENGTHS = [5, 9, 3, 7, 30, 8, 12, 4, 6, 21, 11]


def make_epochs(*, batch_size: int = 2, grad_accumulation: int = 1, seed: int = 0) -> Epochs:
    return Epochs(LENGTHS, batch_size=batch_size, grad_accumulation=grad_accumulation, seed=seed)


@pytest.mark.parametrize(("batch_size", "grad_accumulation", "steps"), [(1, 1, 11), (2, 1, 6), (2, 4, 2), (4, 2, 2), (20, 3, 1)])
def test_every_row_is_seen_once_an_epoch_in_so_many_steps(batch_size: int, grad_accumulation: int, steps: int) -> None:
    epochs = make_epochs(batch_size=batch_size, grad_accumulation=grad_accumulation)
    assert epochs.steps_each == steps
    for epoch in range(3):
        found = [epochs.find_step(epoch * steps + number) for number in range(1, steps + 1)]
        assert {step.epoch for step in found} == {epoch}
        assert Counter(row for step in found for rows in step.batches for row in rows) == Counter(range(len(LENGTHS)))


def test_a_step_is_the_same_whatever_was_asked_before() -> None:
    walked, jumped = make_epochs(grad_accumulation=2), make_epochs(grad_accumulation=2)
    steps = [walked.find_step(number) for number in range(1, 13)]
    assert [jumped.find_step(number) for number in range(12, 0, -1)] == steps[::-1]


def test_epochs_and_seeds_differ() -> None:
    epochs = make_epochs()
    assert epochs.find_step(1).batches != epochs.find_step(7).batches
    assert epochs.find_step(1).batches != make_epochs(seed=1).find_step(1).batches


@pytest.mark.parametrize(("epochs", "steps"), [(1, 6), (2, 12), (0.5, 3), (0.51, 4), (0.001, 1), (1 / 3, 2), (2.5, 15)])
def test_epochs_need_as_many_steps_as_reach_them(epochs: float, steps: int) -> None:
    assert make_epochs().count_steps(epochs) == steps
