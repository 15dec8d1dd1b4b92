"""The sign-flip test."""

from itertools import product
from math import comb

import pytest

from scoring.statistics.sign_flip import sign_flip_test


def by_every_product(differences: list[float]) -> float:
    """The definition, zeros flipped too."""
    observed = abs(sum(differences)) - 1e-9
    flips = [
        abs(sum(sign * one for sign, one in zip(signs, differences, strict=True))) for signs in product((1, -1), repeat=len(differences))
    ]
    return sum(statistic >= observed for statistic in flips) / len(flips)


@pytest.mark.parametrize(
    "differences",
    [
        [1.0, 1.0, 1.0, 1.0, 1.0, 2.0],
        [-11.5, -9.0, -3.0, -2.5, -20.0, 0.0, 1.0, 4.0, -7.5, 2.0],
        [0.1, 0.2, -0.3],
        [5.0, -5.0],
        [0.0, 0.0, 1.0],
    ],
)
def test_p_value_is_that_of_the_definition_exactly(differences: list[float]) -> None:
    test = sign_flip_test(differences, seed=0)
    assert test.is_exact
    assert test.p_value == by_every_product(differences)


def test_p_value_is_that_of_scipy() -> None:
    # scipy 1.17.1: permutation_test((d,), mean, permutation_type="samples", n_resamples=70000)
    assert sign_flip_test([-11.5, -9.0, -3.0, -2.5, -20.0, 0.0, 1.0, 4.0, -7.5, 2.0], seed=0).p_value == 0.078125


def test_differences_of_zero_change_nothing_however_many() -> None:
    few, many = sign_flip_test([2.0, 5.0, 3.0, 4.0], seed=0), sign_flip_test([2.0, 5.0, 3.0, 4.0] + [0.0] * 40, seed=0)
    assert few == many
    assert many.is_exact


def test_differences_equal_but_for_rounding_are_ties() -> None:
    assert sign_flip_test([0.1 + 0.2, -0.3, 1e-17], seed=0).p_value == 1.0


@pytest.mark.parametrize(("num_differences", "is_exact"), [(16, True), (17, False)])
def test_sixteen_differences_are_the_most_that_are_enumerated(num_differences: int, is_exact: bool) -> None:
    assert sign_flip_test([1.0] * num_differences, seed=0).is_exact is is_exact


@pytest.mark.parametrize(("num_differences", "num_negative"), [(30, 10), (200, 85)])
def test_drawn_p_value_lies_near_the_exact_one(num_differences: int, num_negative: int) -> None:
    # Of differences all of one size, the number of negative ones is binomial.
    tail = sum(comb(num_differences, negative) for negative in range(num_negative + 1)) / 2**num_differences
    test = sign_flip_test([-1.0] * num_negative + [1.0] * (num_differences - num_negative), seed=0)
    assert test.p_value == pytest.approx(2 * tail, abs=0.006)  # above two standard errors of 10,000 draws


def test_drawn_p_value_is_never_zero() -> None:
    assert sign_flip_test([1.0] * 60, seed=0).p_value == 1 / 10_001
