"""Tokens by second."""

import pytest

from server.board.token_rate import NUM_SECONDS, TokenRate


@pytest.mark.parametrize(
    ("read_at", "expected"),
    [
        (1002, {-1: 5, -2: 0, -3: 3}),
        (1003, {-1: 0, -2: 5, -3: 0, -4: 3}),
        (1000 + NUM_SECONDS - 1, {0: 3, 2: 5}),
        (1000 + NUM_SECONDS, {1: 5}),
        (5_000_000, {}),
    ],
)
def test_each_second_has_its_count_until_a_minute_has_passed(read_at: int, expected: dict[int, int]) -> None:
    rate = TokenRate()
    rate.count(1, 1000)
    rate.count(2, 1000)
    rate.count(5, 1002)
    counts = rate.read(read_at)
    assert len(counts) == NUM_SECONDS
    assert {place: counts[place] for place in expected} == expected
    assert sum(counts) == sum(expected.values())
