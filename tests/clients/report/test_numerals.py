"""Numbers in the written reports."""

import math

import pytest

from clients.report import numerals


@pytest.mark.parametrize("value", [None, math.nan, math.inf])
def test_no_number_is_a_dash(value: float | None) -> None:
    assert {
        numerals.write_score(value),
        numerals.write_average(value),
        numerals.write_average_change(value),
        numerals.write_p_value(value),
    } == {"–"}


@pytest.mark.parametrize(
    ("value", "score", "average", "change"),
    [(4.0, "4", "4.00", "+4.00"), (-2.5, "-2.5", "-2.50", "-2.50"), (-0.001, "0", "0.00", "0.00"), (1.236, "1.24", "1.24", "+1.24")],
)
def test_scores_are_written_to_two_decimals(value: float, score: str, average: str, change: str) -> None:
    assert (numerals.write_score(value), numerals.write_average(value), numerals.write_average_change(value)) == (score, average, change)


def test_no_change_has_both_signs() -> None:
    assert [numerals.write_change(value) for value in (2.5, -1.0, 0.001, None)] == ["+2.5", "-1", "±0", "–"]


def test_shares_and_counts() -> None:
    assert (numerals.write_share(2, 3), numerals.write_share(0, 0)) == ("67 %", "–")
    assert (numerals.write_count(1, "reply", "replies"), numerals.write_count(1200, "probe")) == ("1 reply", "1,200 probes")


def test_minus_signs_are_set_before_numbers_alone() -> None:
    text = "lek-demo -2.5 (-60), 2026-11-22, --max-tokens, v-1, x -y"
    assert numerals.with_minus_signs(text) == "lek-demo −2.5 (−60), 2026-11-22, --max-tokens, v-1, x -y"
