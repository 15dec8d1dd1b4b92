"""A number falls on the token under it, and never on one without weight."""

import mlx.core as mx
import numpy as np
import pytest

from server.engine.mlx.drawing.inverse_cdf import find_block, find_place

LAST = 1 - 2.0**-24  # the greatest first half of a number


@pytest.mark.parametrize(
    ("weights", "point", "place"),
    [
        ([1, 1, 2], 0, 0),
        ([1, 1, 2], 0.99, 0),
        ([1, 1, 2], 1, 1),
        ([1, 1, 2], 2, 2),
        ([0, 1, 0, 2, 0], 0, 1),
        ([0, 1, 0, 2, 0], 1, 3),
        ([0, 1, 0, 2, 0], 3, 3),  # rounding carried it past the end
        ([0, 1, 0, 2, 0], 99, 3),
        ([0, 1, 0, 2, 0], -1, 1),
        ([0, 0, 0], 0, 0),
        ([np.nan, np.nan, np.nan], np.nan, 0),
    ],
)
def test_point_falls_on_the_token_under_it(weights: list[float], point: float, place: int) -> None:
    assert find_place(mx.array([weights], dtype=mx.float32), mx.array([[point]], dtype=mx.float32)).tolist() == [[place]]


def test_second_half_of_a_number_tells_light_tokens_apart() -> None:
    sums = mx.ones((4, 4096))  # one step of 24 bits is 2 ** -12 of a block
    block, point = find_block(sums, mx.array([[0.5, 0], [0.5, 0.5], [0.5 + 2.0**-24, 0], [LAST, 0]]))
    assert block.tolist() == [[2048], [2048], [2048], [4095]]
    assert point.tolist() == [[0], [2.0**-13], [2.0**-12], [1 - 2.0**-12]]
