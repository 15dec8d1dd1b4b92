"""Rounds and what their figures come to."""

import pytest

from bench.rounds import percentile, ratios, spell, turned


def test_each_round_begins_with_another() -> None:
    assert [turned("abc", number)[0] for number in range(-1, 4)] == ["c", "a", "b", "c", "a"]
    assert turned("abc", 1) == ["b", "c", "a"]


def test_ratios_are_taken_round_by_round() -> None:
    taken = ratios([10, 30, 20], [20, 10, 20])
    assert spell(taken) == "1.00 (0.50 to 3.00)"
    assert spell(taken, digits=3) == "1.000 (0.500 to 3.000)"


@pytest.mark.parametrize(("percent", "expected"), [(0, 1), (50, 51), (99, 100), (100, 100)])
def test_percentile(percent: float, expected: float) -> None:
    assert percentile(list(range(100, 0, -1)), percent) == expected
