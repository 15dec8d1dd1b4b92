"""The random numbers of a row are its own, even, and the same wherever they are made."""

import numpy as np

from server.engine.mlx.drawing.uniform import draw_uniform

PINNED = [
    (0.6400741338729858, 0.7012656927108765),
    (0.47862404584884644, 0.07122159004211426),
    (0.5466877818107605, 0.3445795178413391),
    (0.6820340156555176, 0.7084441184997559),
]


def test_numbers_stay_what_they_are() -> None:
    """Answers of a seed change with them: that would belong into the change log."""
    assert [draw_uniform(*one) for one in [(0, 0), (0, 1), (1, 0), (2**63, 12)]] == PINNED


def test_numbers_are_even_and_fit_a_float32() -> None:
    numbers = np.array([draw_uniform(seed, place) for seed in range(100) for place in range(200)])
    assert (numbers.astype(np.float32) == numbers).all()
    assert numbers.min() >= 0 and numbers.max() < 1
    for half in numbers.T:
        counts = np.bincount((half * 50).astype(int), minlength=50)
        assert ((counts - 400) ** 2 / 400).sum() < 85.35  # the 99.9 % quantile of 49 degrees of freedom
