"""Loops in pieces."""

from scoring.degeneration.repetition.broken_loops import join_broken
from scoring.degeneration.repetition.lag_tracker import Loop
from tests.scoring.degeneration.judging import flags

LINE = "The gutter takes the rain to the barrel. "
LATER = "But then it all ended well, and the tap ran dry at last."


def loop(start: int, unit: str, length: int) -> Loop:
    return Loop(start=start, unit=unit, length=length)


def test_pieces_of_one_period_side_by_side_are_one_loop() -> None:
    pieces = [loop(0, "abcdefghij", 40), loop(41, "bcdefghija", 50), loop(95, "cdefghijab", 30)]
    assert join_broken(pieces) == [loop(0, "abcdefghij", 125)]


def test_other_periods_and_what_lies_apart_are_other_loops() -> None:
    for second in (loop(41, "abcdefghijk", 44), loop(46, "abcdefghij", 40), loop(30, "abcdefghij", 40)):
        assert join_broken([loop(0, "abcdefghij", 40), second]) == [loop(0, "abcdefghij", 40), second]
    assert join_broken([loop(0, "ab", 30), loop(32, "ab", 30)]) == [loop(0, "ab", 30), loop(32, "ab", 30)]
    assert join_broken([]) == []


def test_loop_with_a_slip_of_the_pen_is_hard_all_the_same() -> None:
    slip = LINE.replace("gutter", "gutler")
    found = flags("Well. " + LINE * 5 + slip + LINE * 5 + LATER)
    assert [(flag.flag, flag.tier) for flag in found if flag.flag == "phrase_loop"] == [("phrase_loop", "hard")]
    refrain = flags("Well. " + LINE * 5 + LATER + LINE * 5 + LATER)
    assert [(flag.flag, flag.tier) for flag in refrain if flag.flag == "phrase_loop"] == [("phrase_loop", "soft")]
