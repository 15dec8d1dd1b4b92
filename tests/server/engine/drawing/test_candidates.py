"""The k likeliest are those of a full sort, ties included."""

import mlx.core as mx
import numpy as np
import pytest

from server.engine.mlx.drawing.candidates import find_candidates
from server.engine.mlx.drawing.greedy import BLOCK_SIZE, SMALL, find_likeliest
from tests.server.engine.drawing.reference import Floats, order

SIZES = [1, 63, 64, 65, 8191, SMALL - 1, SMALL, SMALL + 1, SMALL + BLOCK_SIZE - 1]


def logits_of(num_ids: int, num_levels: int) -> Floats:
    """Six rows: random ones (few levels make ties everywhere), a constant, two zeros, and one with -inf."""
    generator = np.random.default_rng(num_ids + num_levels)
    logits = np.round(generator.normal(size=(6, num_ids)) * num_levels).astype(np.float32) / np.float32(num_levels)
    logits[3] = 1
    logits[4] = np.where(generator.random(num_ids) < 0.5, 0.0, -0.0)
    logits[5, generator.random(num_ids) < 0.9] = -np.inf
    return logits


@pytest.mark.parametrize("num_levels", [1, 4, 10**6])
@pytest.mark.parametrize("num_ids", SIZES)
def test_candidates_are_those_of_a_full_sort(num_ids: int, num_levels: int) -> None:
    logits = logits_of(num_ids, num_levels)
    for count in (1, 2, 20, 64, 100, num_ids // 3, num_ids, num_ids + 1):
        ids, values = find_candidates(mx.array(logits), max(1, count))
        expected = np.stack([order(row)[: max(1, count)] for row in logits])
        assert (np.array(ids) == expected).all(), count
        assert (np.array(values) == np.take_along_axis(logits, expected, axis=-1)).all()


def test_tied_block_with_the_lower_id_is_kept() -> None:
    """Seven blocks' maxima are equal and three may stay: a search that kept any three would be right by luck only."""
    logits = np.zeros((1, 4096), dtype=np.float32)
    tied = [4000, 3500, 2500, 2000, 1500, 700, 90]
    logits[0, tied] = 1
    assert np.array(find_candidates(mx.array(logits), 3)[0]).tolist() == [[90, 700, 1500]]


@pytest.mark.parametrize("num_levels", [1, 10**6])
@pytest.mark.parametrize("num_ids", SIZES)
def test_greedy_takes_the_first_of_the_likeliest(num_ids: int, num_levels: int) -> None:
    logits = logits_of(num_ids, num_levels)
    for place in (0, num_ids // 2, num_ids - 1):
        logits[0, place] = 100
        ids, best = find_likeliest(mx.array(logits))
        assert np.array(ids).tolist() == logits.argmax(axis=-1).tolist()
        assert np.array(best).tolist() == logits.max(axis=-1).tolist()
        logits[0, place] = 0
