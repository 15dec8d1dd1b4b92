"""The BCa interval."""

from statistics import fmean

import pytest

from scoring.statistics.bootstrap import bootstrap_interval


@pytest.mark.parametrize(
    ("values", "low", "high", "tolerance"),
    [
        # scipy 1.17.1: bootstrap((values,), mean, method="BCa", n_resamples=1_000_000); on these percentiles would give -4.7 and 0.475
        ([-15.0, -14, 0, 1, 2, -1, 0, 0.5, 3, -2, 1, 0, 2, -18, 1, 0.5, 0.5, -1, 0, 2], -5.475, 0.075, 0.1),
        ([-11.5, -9.0, -3.0, -2.5, -20.0, 0.0, 1.0, 4.0, -7.5, 2.0], -9.95, -1.05, 0.1),
        ([2.0, 5.0, 3.0, 4.0, 0.0, 0.0], 0.83333, 3.83333, 0.001),
        ([1.0, 1.0, 1.0, 1.0, 1.0, 2.0], 1.0, 1.66667, 0.001),
    ],
)
def test_interval_is_that_of_scipy(values: list[float], low: float, high: float, tolerance: float) -> None:
    intervals = [bootstrap_interval(values, seed=seed) or (0.0, 0.0) for seed in range(10)]  # 10,000 draws leave 0.1 of chance each
    middle = fmean(low for low, _ in intervals), fmean(high for _, high in intervals)
    assert middle == pytest.approx((low, high), abs=tolerance)


def test_interval_turns_with_the_sign() -> None:
    values = [1.0, 2.0, 2.5, 4.0, 30.0]
    low, high = bootstrap_interval(values, seed=0) or (0.0, 0.0)
    assert bootstrap_interval([-value for value in values], seed=0) == pytest.approx((-high, -low), abs=0.5)


def test_many_values_are_drawn_in_portions() -> None:
    values = [float(value % 7) for value in range(5_000)]
    low, high = bootstrap_interval(values, seed=0) or (0.0, 0.0)
    # mean 3, standard deviation 2: the normal interval is 3 plus or minus 1.96 · 2 / sqrt(5000)
    assert (low, high) == pytest.approx((2.9446, 3.0554), abs=0.005)


def test_equal_values_give_an_interval_of_no_width() -> None:
    assert bootstrap_interval([2.5] * 5, seed=0) == (2.5, 2.5)


def test_fewer_than_two_values_give_none() -> None:
    assert bootstrap_interval([2.5], seed=0) is None
