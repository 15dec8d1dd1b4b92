"""How much of a loop makes it one, by where it stands and how the answer ended."""

import pytest

from scoring.degeneration.repetition.certainty import is_sure, is_sure_as_answer, is_sure_at_end
from scoring.degeneration.repetition.lag_tracker import Loop
from scoring.degeneration.repetition.spans import span_of

LINE = "Come home, come home to me,\n"  # 28 characters


def loop(unit: str, copies: float) -> Loop:
    return Loop(start=0, unit=unit, length=round(len(unit) * copies))


@pytest.mark.parametrize(
    ("unit", "copies", "ends"),
    [
        (LINE, 2, ""),
        (LINE, 3, "cut"),
        (LINE, 4, "cut"),
        (LINE, 7, "cut unknown"),
        (LINE, 9, "cut unknown stopped"),
        (LINE * 5, 2, "cut"),
        (LINE * 9, 3, "cut unknown stopped"),
        ("soon ", 8, ""),
        ("soon ", 10, "cut"),
        ("soon ", 25, "cut unknown"),
        ("soon ", 40, "cut unknown stopped"),
        ("觀音\n", 10, "cut"),
        ("秋天的风很冷。", 8, "cut unknown"),
        (",000", 24, "cut"),
        (",000", 25, "cut unknown"),
        ("0", 77, "cut"),
        ("$\n", 70, "cut unknown"),
        ("0, ", 60, "cut"),
        ("0, ", 200, "cut unknown"),
        ("0, ", 400, "cut unknown stopped"),
        ("0, 0, 0\n", 100, "cut"),
        ("_____________________\n", 20, ""),
    ],
)
def test_end_decides_how_much_is_needed(unit: str, copies: float, ends: str) -> None:
    found = loop(unit, copies)
    assert " ".join(end for end in ("cut", "unknown", "stopped") if is_sure_at_end(found, span_of(unit), end)) == ends


@pytest.mark.parametrize(
    ("unit", "copies", "ends"),
    [
        ("!", 40, "cut unknown stopped"),
        ("!", 39, ""),
        ("0", 80, "cut unknown"),
        ("0", 79, ""),
        ("I ", 40, "cut unknown"),
        ("2024 ", 32, "cut unknown"),
        ("00 ", 120, ""),  # a dump
        ("0x00, ", 60, ""),
        ("peace ", 100, ""),  # words are judged wherever they stand
    ],
)
def test_whole_answer_needs_less(unit: str, copies: float, ends: str) -> None:
    found = loop(unit, copies)
    assert " ".join(end for end in ("cut", "unknown", "stopped") if is_sure_as_answer(found, end)) == ends


@pytest.mark.parametrize(
    ("unit", "copies"), [(LINE, 8), (LINE * 4, 6), ("and ", 40), (".", 200), ("!", 160), ("-", 300), ("9", 300), ("0, ", 334)]
)
def test_loop_that_is_one_whatever_follows(unit: str, copies: float) -> None:
    assert is_sure(loop(unit, copies), span_of(unit))
    assert not is_sure(loop(unit, copies - 1), span_of(unit))
