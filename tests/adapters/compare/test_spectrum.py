"""The singular values of an update are those of the whole product."""

import math

import numpy as np
import pytest

from adapters.compare.spectrum import effective_rank, find_singular_values, measure_spectrum
from adapters.files.pairing import LowRankPair


def noise(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(shape).astype(np.float32)


@pytest.mark.parametrize(("num_in", "rank", "num_out"), [(40, 8, 24), (24, 8, 40), (30, 1, 30), (6, 16, 5), (12, 12, 12)])
def test_singular_values_are_those_of_the_product(num_in: int, rank: int, num_out: int) -> None:
    a, b = noise(num_in, rank), noise(rank, num_out, seed=1)
    expected = np.linalg.svd(a.astype(np.float64) @ b.astype(np.float64), compute_uv=False)
    found = find_singular_values(a, b)
    num = min(len(found), len(expected))
    assert found[:num] == pytest.approx(expected[:num], rel=1e-9, abs=1e-9)
    assert np.abs(found[num:]).max(initial=0) < 1e-9 and np.abs(expected[num:]).max(initial=0) < 1e-9


def test_norms_are_numpys_of_the_product() -> None:
    a, b = noise(40, 8), noise(8, 24, seed=1)
    spectrum = measure_spectrum(LowRankPair(a, b))
    product = a.astype(np.float64) @ b.astype(np.float64)
    assert spectrum.norms.frobenius == pytest.approx(np.linalg.norm(product))
    assert spectrum.norms.spectral == pytest.approx(np.linalg.norm(product, 2))
    assert spectrum.stable_rank == pytest.approx((np.linalg.norm(product) / np.linalg.norm(product, 2)) ** 2)
    assert spectrum.rank == 8


def test_effective_rank_counts_directions() -> None:
    assert effective_rank([3.0, 3.0, 3.0, 3.0]) == pytest.approx(4)
    assert effective_rank([5.0, 0.0, 0.0]) == pytest.approx(1)
    assert effective_rank([0.0, 0.0]) == 0
    assert effective_rank([0.75, 0.25]) == pytest.approx(math.exp(-0.75 * math.log(0.75) - 0.25 * math.log(0.25)))


def test_an_update_of_nothing_has_no_size_and_no_rank() -> None:
    spectrum = measure_spectrum(LowRankPair(noise(6, 2), np.zeros((2, 4), np.float32)))
    assert (spectrum.norms.frobenius, spectrum.norms.spectral, spectrum.effective_rank, spectrum.stable_rank) == (0, 0, 0, 0)


def test_values_at_the_end_of_float32_do_not_overflow() -> None:
    pair = LowRankPair(np.full((4, 1), 1e30, np.float32), np.full((1, 4), 1e30, np.float32))
    assert measure_spectrum(pair).norms.spectral == pytest.approx(4e60)
