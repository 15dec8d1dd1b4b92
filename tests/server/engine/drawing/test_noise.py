"""The random numbers of a row are its own, exponential, and the same wherever they are made."""

import mlx.core as mx
import numpy as np
import pytest

from server.engine.mlx.drawing.noise import FIRST_OF_BLOCKS, Noise, make_start
from server.engine.protocol import Sampling
from tests.server.engine.drawing.reference import FakeRow, Floats, exponential

PINNED = [0.53779185, 0.9457376, 0.52682906, 2.1107183]
SEEDS = [0, 1, 2, 2**63 - 1, -1]
NUM_IDS = 100_000


def noise_of(seeds: list[int], num_drawn: int = 0) -> Noise:
    return Noise([FakeRow(Sampling(), seed=seed, num_drawn=num_drawn) for seed in seeds])


def of_first_tokens(noise: Noise, count: int) -> Floats:
    return np.array(noise.of_tokens(mx.arange(count, dtype=mx.uint32)[None]))


def test_numbers_stay_what_they_are() -> None:
    """Answers of a seed change with them: that would belong into the change log."""
    noise = noise_of([7], num_drawn=12)
    assert [*of_first_tokens(noise, 2)[0].tolist(), *np.array(noise.of_blocks(2))[0].tolist()] == pytest.approx(PINNED, rel=1e-6)


def test_numbers_are_splitmix64s() -> None:
    """The generator's first outputs for the seed 1234567, as Rosetta Code lists them."""
    published = [6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431, 16408922859458223821]
    noise = noise_of([0])
    noise._starts = mx.array(np.array([[1234567]], dtype=np.uint64))
    expected = -np.log1p(-np.array(published, dtype=np.uint64).astype(np.float64) * 2.0**-64)
    assert of_first_tokens(noise, 5)[0] == pytest.approx(expected, rel=1e-6)


def test_a_number_does_not_depend_on_those_beside_it() -> None:
    noise = noise_of(SEEDS)
    whole = of_first_tokens(noise, 1000)
    assert (of_first_tokens(noise, 7) == whole[:, :7]).all()
    ids = np.random.default_rng(0).integers(0, 1000, size=(len(SEEDS), 65))
    assert (np.array(noise.of_tokens(mx.array(ids))) == np.take_along_axis(whole, ids, axis=-1)).all()
    assert (np.array(noise.of_blocks(513))[:, :2] == np.array(noise.of_blocks(2))).all()
    assert [of_first_tokens(noise_of([seed]), 1000)[0].tolist() for seed in SEEDS] == whole.tolist()


def test_numbers_are_those_of_float64() -> None:
    noise, starts = noise_of(SEEDS, num_drawn=3), np.array([make_start(seed, 3) for seed in SEEDS])
    ids = np.arange(NUM_IDS)
    assert np.allclose(of_first_tokens(noise, NUM_IDS), exponential(starts, ids), rtol=1e-6, atol=0)
    assert np.allclose(np.array(noise.of_blocks(513)), exponential(starts, FIRST_OF_BLOCKS + ids[:513]), rtol=1e-6, atol=0)


def test_numbers_are_exponential_down_to_small_ones() -> None:
    """Chi-square over 50 bins of equal mass below its 99.9 % quantile; of 500,000 numbers, and of the least thousandth of them."""
    shares = -np.expm1(-of_first_tokens(noise_of(SEEDS), NUM_IDS).astype(np.float64))
    for least in (shares.ravel(), shares[shares < 0.001] * 1000):
        counts = np.bincount((least * 50).astype(int), minlength=50)
        assert ((counts - least.size / 50) ** 2 / (least.size / 50)).sum() < 85.35
    assert 400 < (shares < 0.001).sum() < 600
    assert 0 < shares.min() < 2e-5


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("tokens", "next tokens"),
        ("tokens", "tokens a block on"),
        ("tokens", "tokens of the next seed"),
        ("tokens", "tokens of the next place"),
        ("tokens", "blocks"),
        ("blocks", "blocks of the next seed"),
        ("blocks", "blocks of the next place"),
        ("tokens of the next seed", "tokens of the next place"),
    ],
)
def test_numbers_have_nothing_to_do_with_each_other(one: str, other: str) -> None:
    """Correlations of the shares, of 100,000 numbers and of their pairs' bins."""
    noise, next_seed, next_place = noise_of([5]), noise_of([6]), noise_of([5], num_drawn=1)
    tokens = of_first_tokens(noise, NUM_IDS + 512)[0]
    numbers = {
        "tokens": tokens[:NUM_IDS],
        "next tokens": tokens[1 : NUM_IDS + 1],
        "tokens a block on": tokens[512:],
        "tokens of the next seed": of_first_tokens(next_seed, NUM_IDS)[0],
        "tokens of the next place": of_first_tokens(next_place, NUM_IDS)[0],
        "blocks": np.array(noise.of_blocks(NUM_IDS))[0],
        "blocks of the next seed": np.array(next_seed.of_blocks(NUM_IDS))[0],
        "blocks of the next place": np.array(next_place.of_blocks(NUM_IDS))[0],
    }
    first, second = (-np.expm1(-numbers[name].astype(np.float64)) for name in (one, other))
    assert abs(np.corrcoef(first, second)[0, 1]) < 4 / NUM_IDS**0.5
    counts = np.bincount((first * 10).astype(int) * 10 + (second * 10).astype(int), minlength=100)
    assert ((counts - NUM_IDS / 100) ** 2 / (NUM_IDS / 100)).sum() < 148.2  # the 99.9 % quantile of 99 degrees of freedom
    assert not (first == second).any()
