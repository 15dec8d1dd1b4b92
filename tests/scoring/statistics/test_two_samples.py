"""The unpaired permutation test."""

from itertools import combinations
from statistics import fmean

import pytest

from scoring.statistics.permutation import PermutationTest
from scoring.statistics.two_samples import permutation_of_two


def judged(samples_a: list[float], samples_b: list[float]) -> PermutationTest:
    test = permutation_of_two(samples_a, samples_b, seed=0)
    assert test is not None
    return test


def by_every_side(samples_a: list[float], samples_b: list[float]) -> float:
    """The definition: of all ways to tell the values apart, those with means at least as far from each other."""
    pooled = samples_a + samples_b
    sides = list(combinations(range(len(pooled)), len(samples_a)))
    distances = [
        abs(fmean(pooled[place] for place in side) - fmean(pooled[place] for place in range(len(pooled)) if place not in side))
        for side in sides
    ]
    return sum(distance >= abs(fmean(samples_a) - fmean(samples_b)) - 1e-9 for distance in distances) / len(sides)


@pytest.mark.parametrize(
    ("samples_a", "samples_b"),
    [
        ([8.0, 9.5, 11.0], [1.0, 2.0, 3.0, 8.0, 3.5, 9.5]),
        ([0.1, 0.2, 0.7], [0.3, 0.3, 0.3]),
        ([-60.0, 4.0, 3.0, 5.0], [4.0, 2.0]),
    ],
)
def test_p_value_is_that_of_the_definition(samples_a: list[float], samples_b: list[float]) -> None:
    assert judged(samples_a, samples_b) == PermutationTest(p_value=by_every_side(samples_a, samples_b), is_exact=True)


@pytest.mark.parametrize(
    ("samples_a", "samples_b", "p_value"),
    [
        # scipy 1.17.1: permutation_test((a, b), difference of means, n_resamples=1000)
        ([8.0, 9.5, 11.0, 7.0], [1.0, 2.0, 8.0, 3.5], 0.08571428571428572),
        # 2 / comb(2n, n): sides apart as far as can be
        ([9.0, 8.0, 7.0], [1.0, 2.0, 3.0], 0.1),
        ([9.0, 8.0, 7.0, 9.0], [1.0, 2.0, 3.0, 1.0], 2 / 70),
        ([4.0, 4.0], [4.0, 4.0], 1.0),
    ],
)
def test_p_value_is_the_known_one(samples_a: list[float], samples_b: list[float], p_value: float) -> None:
    assert judged(samples_a, samples_b).p_value == pytest.approx(p_value, rel=1e-12)


def test_many_samples_are_drawn_and_come_near_the_exact_value() -> None:
    # Ten marks of 1 among 20 values of 0 and 1, seven of them on one side: hypergeometric, 2 · P(at least 7) = 0.17890
    one_side = [1.0] * 7 + [0.0] * 3
    test = judged(one_side, [1.0 - value for value in one_side])
    assert test.p_value == pytest.approx(0.1789, abs=0.008)
    assert not test.is_exact


def test_drawn_p_value_is_never_zero() -> None:
    assert judged([1.0 + n / 100 for n in range(30)], [9.0 + n / 100 for n in range(30)]).p_value == 1 / 10_001


@pytest.mark.parametrize(("samples_a", "samples_b"), [([1.0], [2.0, 3.0, 4.0]), ([1.0, 2.0], []), ([1.0], [2.0])])
def test_a_side_without_repetition_cannot_be_tested(samples_a: list[float], samples_b: list[float]) -> None:
    assert permutation_of_two(samples_a, samples_b, seed=0) is None
