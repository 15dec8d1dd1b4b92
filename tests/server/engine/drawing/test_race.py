"""The first of a race has weight, and each is it as often as its weight says."""

import mlx.core as mx
import numpy as np
import pytest

from server.engine.mlx.drawing.noise import Noise
from server.engine.mlx.drawing.race import find_block, find_first, find_token
from server.engine.protocol import Sampling
from tests.server.engine.drawing.reference import FakeRow, Floats, Ints, draw_steps

pytestmark = pytest.mark.slow  # many draws, counted
NUM_SEEDS, NUM_STEPS = 100, 200


@pytest.mark.parametrize(
    ("weights", "times", "place"),
    [
        ([1, 1, 2], [1, 0.5, 2], 1),
        ([1, 1, 2], [1, 0.5, 0.9], 2),
        ([1, 1, 2], [1, 1, 2], 0),  # equals: the first
        ([0, 1, 0], [1e-19, 16.6, 1e-19], 1),
        ([0, 1e-30, 0], [1e-19, 16.6, 1e-19], 1),
        ([512, 0, 512], [2.0**-64, 1, 2.0**-63], 0),
        ([0, 0, 0], [1, 1, 1], 0),
        ([np.nan, np.nan, np.nan], [1, 1, 1], 0),
    ],
)
def test_first_is_the_one_with_the_shortest_time_by_its_weight(weights: list[float], times: list[float], place: int) -> None:
    assert find_first(mx.array([weights], dtype=mx.float32), mx.array([times], dtype=mx.float32)).tolist() == [[place]]


def test_block_and_token_without_rivals_are_drawn() -> None:
    rows = [FakeRow(Sampling(), seed=seed) for seed in range(1000)]
    noise = Noise(rows)
    sums, weights = np.zeros((1000, 513), dtype=np.float32), np.zeros((1000, 512), dtype=np.float32)
    sums[:, 512], weights[:, 7] = 1e-6, 1e-6
    block = find_block(mx.array(sums), noise)
    assert set(np.array(find_token(mx.array(weights), block, noise)).tolist()) == {512 * 512 + 7}


def chi_square(drawn: Ints, weights: Floats, bins: Ints, num_bins: int) -> float:
    """How far draws lie from what weights (V,) say, ids being put into bins (V,)."""
    expected = np.bincount(bins, weights, minlength=num_bins) / weights.sum() * drawn.size
    assert expected.min() > 5
    found = np.bincount(bins[drawn.ravel()], minlength=num_bins)
    return float(((found - expected) ** 2 / expected).sum())


@pytest.mark.parametrize("sampling", [Sampling(temperature=1.3), Sampling(temperature=1.3, top_p=0.9999999)], ids=["all", "nucleus"])
@pytest.mark.parametrize("num_ids", [50, 600, 5000])
def test_draws_follow_the_probabilities(num_ids: int, sampling: Sampling) -> None:
    """Chi-square of 20,000 draws over 50 bins, of neighbours and across the blocks: below the 99.9 % quantile of 49 degrees of freedom."""
    logits = np.random.default_rng(num_ids).normal(size=(1, num_ids)).astype(np.float32)
    rows = [FakeRow(sampling, seed=seed) for seed in range(NUM_SEEDS)]
    drawn = draw_steps(rows, np.repeat(logits, NUM_SEEDS, axis=0), NUM_STEPS)
    weights, ids = np.exp(logits[0].astype(np.float64) / 1.3), np.arange(num_ids)
    assert chi_square(drawn, weights, ids * 50 // num_ids, 50) < 85.35
    assert chi_square(drawn, weights, ids % 512 % 50, 50) < 85.35


@pytest.mark.parametrize("sampling", [Sampling(), Sampling(top_k=4000)], ids=["all", "few"])
def test_light_tokens_are_drawn_as_often_as_they_should_be(sampling: Sampling) -> None:
    """One token has half of the mass, and each of 19,999 others a forty-thousandth; with top_k, 3,999 of them stay."""
    logits = np.full((1, 20000), -np.log(19999), dtype=np.float32)
    logits[0, 11] = 0
    rows = [FakeRow(sampling, seed=seed) for seed in range(NUM_SEEDS)]
    drawn = draw_steps(rows, np.repeat(logits, NUM_SEEDS, axis=0), NUM_STEPS)
    ids, last = np.arange(20000), sampling.top_k or 20000
    weights = np.where(ids < last, np.exp(logits[0].astype(np.float64)), 0)
    assert chi_square(drawn, weights, np.where(ids == 11, 0, 1 + np.minimum(ids * 20 // last, 19)), 21) < 45.31  # 20 degrees of freedom
    assert chi_square(drawn[drawn != 11], np.where(ids == 11, 0, weights), ids % 16, 16) < 37.70  # 15


def test_steps_of_half_a_weight_are_drawn_as_often_as_they_should_be() -> None:
    """Tokens at places that lie in many blocks, each half as heavy as the one before."""
    logits = np.full((1, 20000), -np.inf, dtype=np.float32)
    places = np.arange(11) * 1733
    logits[0, places] = -np.log(2) * np.arange(11)
    rows = [FakeRow(Sampling(), seed=seed) for seed in range(NUM_SEEDS)]
    drawn = draw_steps(rows, np.repeat(logits, NUM_SEEDS, axis=0), NUM_STEPS)
    assert (
        chi_square(drawn, np.exp(logits[0].astype(np.float64)), np.searchsorted(places, np.arange(20000), side="right") - 1, 11) < 29.59
    )  # 10
