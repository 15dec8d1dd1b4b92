"""Batches: every row once an epoch, beside others of its length, and what a pass is given."""

import random
from collections import Counter

import numpy as np
import pytest

from adapters.train.data.batches import make_batch, plan_epoch
from adapters.train.data.example import Example

LENGTHS = random.Random(1).choices(range(20, 401), k=203)


def plan(epoch: int, *, seed: int = 0, lengths: list[int] = LENGTHS, batch_size: int = 4) -> list[tuple[int, ...]]:
    return plan_epoch(lengths, batch_size=batch_size, seed=seed, epoch=epoch)


@pytest.mark.parametrize(("num_rows", "batch_size"), [(203, 4), (200, 4), (3, 4), (1, 1), (7, 1), (5, 3)])
def test_every_row_is_in_an_epoch_once_and_one_batch_is_smaller(num_rows: int, batch_size: int) -> None:
    for epoch in range(3):
        batches = plan(epoch, lengths=LENGTHS[:num_rows], batch_size=batch_size)
        assert sorted(row for batch in batches for row in batch) == list(range(num_rows))
        whole, rest = divmod(num_rows, batch_size)
        assert Counter(map(len, batches)) == Counter({batch_size: whole}) + Counter({rest: 1} if rest else {})


def test_a_plan_depends_on_seed_and_epoch_alone() -> None:
    np.random.seed(5)
    first = plan(3, seed=7)
    np.random.seed(6)
    assert plan(3, seed=7) == first
    assert plan(4, seed=7) != first
    assert plan(3, seed=8) != first


def test_rows_of_a_batch_have_nearly_one_length() -> None:
    lengths = random.Random(2).choices(range(20, 401), k=2000)
    for epoch in range(3):
        padded = sum(len(batch) * max(lengths[row] for row in batch) for batch in plan(epoch, lengths=lengths))
        assert padded < 1.04 * sum(lengths)


def test_neighbours_change_and_the_small_batch_is_not_always_the_longest() -> None:
    epochs = [plan(epoch) for epoch in range(40)]
    beside = [{other for batches in epochs for batch in batches if row in batch for other in batch} for row in range(20)]
    assert sum(map(len, beside)) / len(beside) > 15  # each has three at a time
    small = {LENGTHS[batch[0]] for batches in epochs for batch in batches if len(batch) == 3}
    assert min(small) < 120
    assert max(small) > 300
    assert len({tuple(map(len, batches)).index(3) for batches in epochs}) > 10


def test_rows_of_one_length_are_mixed_anew() -> None:
    same = [50] * 40
    assert {frozenset(batch) for batch in plan(0, lengths=same)}.isdisjoint(frozenset(batch) for batch in plan(1, lengths=same))


def make_example(ids: list[int], *targets: int) -> Example:
    is_target = np.zeros(len(ids), dtype=np.bool_)
    is_target[list(targets)] = True
    return Example(1, np.array(ids, dtype=np.int32), is_target)


def test_a_batch_ends_before_its_last_target_and_pads_behind() -> None:
    batch = make_batch([make_example([5, 6, 7, 8, 9], 2, 3), make_example([1, 2], 1)])
    assert batch.token_ids.tolist() == [[5, 6, 7], [1, 0, 0]]
    assert batch.target_places.tolist() == [1, 2, 3]
    assert batch.target_ids.tolist() == [7, 8, 2]
    assert batch.token_ids.dtype == batch.target_places.dtype == batch.target_ids.dtype == np.int32
    assert batch.num_targets == 3


def test_each_place_is_that_of_the_token_before_its_target() -> None:
    rng = random.Random(4)
    examples = []
    for row in range(5):
        length = rng.randint(2, 12)
        examples.append(
            make_example([100 * row + place for place in range(length)], *rng.sample(range(1, length), rng.randint(1, length - 1)))
        )
    batch = make_batch(examples)
    before = batch.token_ids.reshape(-1)[batch.target_places]
    assert (before + 1 == batch.target_ids).all()
    assert batch.num_targets == sum(example.num_targets for example in examples)
