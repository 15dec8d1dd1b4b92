"""Ranks."""

from collections.abc import Sequence

import pytest

from clients.compare.standing import competition_rank, shared_ranks


@pytest.mark.parametrize(
    ("values", "expected"),
    [([3.0, 1.0, 2.0], [1, 3, 2]), ([1.0, 2.0, 2.0, 0.0], [3, 1, 1, 4]), ([0.1 + 0.2, 0.3], [1, 1])],
)
def test_equal_averages_share_the_better_rank(values: Sequence[float], expected: Sequence[int]) -> None:
    assert [competition_rank(values, place) for place in range(len(values))] == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [([3.0, 1.0, 2.0], (1, 3, 2)), ([1.0, 2.0, 2.0, 0.0], (3, 1.5, 1.5, 4)), ([5.0, 5.0, 5.0], (2, 2, 2)), ([0.1 + 0.2, 0.3], (1.5, 1.5))],
)
def test_equal_scores_share_the_mean_of_their_ranks(values: Sequence[float], expected: Sequence[float]) -> None:
    assert shared_ranks(values) == expected
    assert sum(shared_ranks(values)) == len(values) * (len(values) + 1) / 2
