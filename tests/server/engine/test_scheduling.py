"""A step's tokens of prompts: the short ones first, the long ones always a share."""

from typing import NamedTuple

import pytest

from server.engine.mlx.scheduling import share_out


class Row(NamedTuple):
    """A prompt."""

    name: str
    num_unread: int


@pytest.mark.parametrize(
    ("unread", "budget", "expected"),
    [
        ([100], 64, {"0": 64}),
        ([100], 256, {"0": 100}),
        ([4000, 4000, 5], 64, {"0": 59, "2": 5}),  # a short prompt behind long ones is read at once, the oldest gets the rest
        ([4000, 40, 50], 64, {"0": 32, "1": 32}),
        ([30, 30, 30], 1000, {"0": 30, "1": 30, "2": 30}),
        ([500, 400], 101, {"0": 50, "1": 51}),
        ([], 64, {}),
    ],
)
def test_half_goes_to_the_soonest_done_and_the_rest_to_the_oldest(unread: list[int], budget: int, expected: dict[str, int]) -> None:
    rows = [Row(str(number), num_unread) for number, num_unread in enumerate(unread)]
    assert {row.name: share for row, share in share_out(rows, budget)} == expected


def test_an_endless_stream_of_short_prompts_does_not_starve_a_long_one() -> None:
    left, steps = 4000, 0
    while left:
        rows = [Row("long", left), *(Row("short", 30) for _ in range(20))]
        left -= {row.name: share for row, share in share_out(rows, 64)}["long"]
        steps += 1
    assert steps == 125
