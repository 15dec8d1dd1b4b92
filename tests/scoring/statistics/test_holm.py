"""Holm's correction."""

import pytest

from scoring.statistics.holm import holm


@pytest.mark.parametrize(
    ("p_values", "adjusted"),
    [
        # statsmodels 0.14: multipletests(p_values, method="holm")
        ([0.01, 0.04, 0.03, 0.005, 0.2, 0.04], (0.05, 0.12, 0.12, 0.03, 0.2, 0.12)),
        ([0.04], (0.04,)),
        ([0.6, 0.6], (1.0, 1.0)),
        ([], ()),
    ],
)
def test_p_values_are_adjusted_in_their_order(p_values: list[float], adjusted: tuple[float, ...]) -> None:
    assert holm(p_values) == pytest.approx(adjusted)


def test_a_test_not_made_stays_out_of_the_family() -> None:
    assert holm([None, 0.01, None, 0.04]) == (None, 0.02, None, 0.04)
