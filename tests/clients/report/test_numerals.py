"""Numbers in the written reports."""

import ast
import math
import re
from pathlib import Path

import pytest

from clients.report import numerals

FORM = re.compile(r"^\+|,|\.\d+[efg%]|^%$")
CLIENTS = Path(numerals.__file__).parents[1]
REPORTING = [file for folder in ("report", "compare", "battery", "rescore", "promote") for file in sorted((CLIENTS / folder).rglob("*.py"))]


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


@pytest.mark.parametrize(
    ("value", "plain", "exact"),
    [(4.0, "4", "4"), (0.125, "0.12", "0.125"), (1234567.25, "1234567.25", "1234567.25"), (100.0, "100", "100"), (-0.0, "0", "-0")],
)
def test_settings_and_what_is_held_against_another_keep_their_digits(value: float, plain: str, exact: str) -> None:
    assert (numerals.write_plain(value), numerals.write_score(value), numerals.write_exact(value)) == (plain, plain, exact)


def test_p_values_have_three_digits() -> None:
    assert [numerals.write_p_value(value) for value in (1.0, 0.03125, 0.000012345)] == ["1", "0.0312", "1.23e-05"]


def test_intervals_of_changes_have_their_signs() -> None:
    assert numerals.write_change_interval(-1.5, 28.0) == "-1.50 to +28.00"
    assert numerals.write_change_interval(None, None) == "–"


def test_no_change_has_both_signs() -> None:
    assert [numerals.write_change(value) for value in (2.5, -1.0, 0.001, None)] == ["+2.5", "-1", "±0", "–"]


def test_shares_and_counts() -> None:
    assert [numerals.write_share(*parts) for parts in ((2, 3), (0, 0), (0.5,), (0, 7), (1, 300))] == [
        "67 %",
        "–",
        "50 %",
        "0 %",
        "under 1 %",
    ]
    assert (numerals.write_count(1, "reply", "replies"), numerals.write_count(1200, "probe")) == ("1 reply", "1,200 probes")
    assert (numerals.write_count(12345), numerals.write_count(12.4)) == ("12,345", "12")


def test_times_have_one_decimal() -> None:
    assert numerals.write_seconds(123.44) == "123.4 s"


def test_minus_signs_are_set_before_numbers_alone() -> None:
    text = "lek-demo -2.5 (-60), 2026-11-22, --max-tokens, v-1, x -y"
    assert numerals.with_minus_signs(text) == "lek-demo −2.5 (−60), 2026-11-22, --max-tokens, v-1, x -y"


def test_no_other_module_has_a_form_of_its_own() -> None:
    """Settings of ours, such as the level of a test, are written as short as they are: `:g`."""
    others = [file for file in REPORTING if file.name != "numerals.py"]
    found = [f"{file.relative_to(CLIENTS)}:{line}" for file in others for line in find_number_forms(file.read_text(encoding="utf-8"))]
    assert found == []


def test_forms_of_numbers_are_found() -> None:
    source = 'f"{a:.2f} {b:+g} {c:,} {d:.0%}"\nf"{a:g} {b!r} {c:%B}"\n'
    assert find_number_forms(source) == [1, 1, 1, 1]


def find_number_forms(source: str) -> list[int]:
    """Give the line of each f-string's part that rounds, signs or groups a number."""
    parts = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FormattedValue)]
    return [part.lineno for part in parts if part.format_spec is not None and FORM.search(ast.unparse(part.format_spec)[2:-1])]
