"""Self-alignment: the lag, start and end of what nearly repeats, whatever stands before it."""

import random
from collections.abc import Callable
from itertools import pairwise

import pytest

from scoring.degeneration.repetition.self_alignment import SelfAlignment
from scoring.degeneration.repetition.stretch import Stretch

LETTERS = "abcdefghijklmnopqrstuvwxyz   "


def aligned(text: str, size: int = 64, judge: Callable[[str, int, int], bool] = lambda copies, period, length: True) -> list[Stretch]:
    """Return what is found, every candidate judged a near loop."""
    alignment = SelfAlignment(judge)
    for start in range(0, len(text), size):
        alignment.feed(text[start : start + size])
    alignment.finish()
    return alignment.stretches


def test_noisy_copies_are_found_behind_other_text() -> None:
    rng = random.Random(60)
    for _ in range(40):
        period = rng.randint(12, 300)
        before = "".join(rng.choices(LETTERS, k=rng.randint(0, 3_000)))
        unit = "".join(rng.choices(LETTERS, k=period))
        loop = "".join(rng.choice(LETTERS) if rng.random() < 0.02 else character for character in unit * 8)
        (stretch,) = aligned(before + loop)
        assert stretch.period == period
        assert abs(stretch.start - len(before)) <= period
        assert abs(stretch.end - len(before + loop)) <= 12


def test_case_and_digits_do_not_tell_copies_apart() -> None:
    text = "".join(f"{'Verse' if number % 2 else 'VERSE'} {number} is sung again. " for number in range(10, 20))
    (stretch,) = aligned(text)
    assert stretch == Stretch(start=0, end=len(text), unit="VERSE 10 is sung again. ", period=24, copies=10.0)


def test_copies_that_grow_by_a_digit_are_one_stretch() -> None:
    text = "".join(f"Verse {number} is sung again. " for number in range(1, 31))
    (stretch,) = aligned(text)
    assert (stretch.start, stretch.end, stretch.period) == (0, len(text), 23)
    assert stretch.copies == pytest.approx(30, abs=1)


def test_lag_of_several_copies_is_divided() -> None:
    rng = random.Random(61)
    for _ in range(40):
        unit = "".join(rng.choices(LETTERS, k=12))
        loop = "".join(rng.choice(LETTERS) if rng.random() < 0.05 else character for character in unit * 40)
        assert aligned(loop)[0].period == 12


def test_burst_before_does_not_hide_the_loop() -> None:
    burst = "never say it again, " * 3
    text = burst + "So much for the first one of them! " + "never say it again, " * 30
    assert [stretch.period for stretch in aligned(text)] == [20]


@pytest.mark.parametrize(
    "text", ["", "a", "ab" * 20, "no copies here at all, just a sentence that goes on for a while and then comes to its end."]
)
def test_too_little_is_nothing(text: str) -> None:
    assert aligned(text) == []


def test_what_is_judged_no_loop_is_asked_again_as_it_grows() -> None:
    lengths: list[int] = []

    def judge(copies: str, period: int, length: int) -> bool:
        assert (period, len(copies)) == (10, min(length, 240))
        lengths.append(length)
        return length > 500

    (stretch,) = aligned("abcdefghi " * 100, judge=judge)
    assert stretch.end == 1_000
    assert all(80 <= later - earlier <= 160 for earlier, later in pairwise(lengths))
    assert lengths[-1] <= 660


def test_cuts_do_not_matter() -> None:
    rng = random.Random(62)
    text = "".join(f"Line {number}, and one more of them\n" for number in range(60)) + "".join(rng.choices("ab ", k=600))
    assert [stretch.start for stretch in aligned(text, 1)] == [stretch.start for stretch in aligned(text, 64)]
