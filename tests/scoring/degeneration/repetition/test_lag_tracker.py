"""The lag tracker against an oracle that tries every period, and its work counted."""

import random
from collections.abc import Callable

import numpy as np
import pytest

from scoring.degeneration.detectors.id_loops import ID_LIMITS
from scoring.degeneration.detectors.text_loops import TEXT_LIMITS
from scoring.degeneration.repetition.lag_tracker import LagTracker, LoopLimits, copies_needed
from tests.scoring.degeneration.counting import count_lines

UNIT_LENGTHS = (1, 2, 3, 5, 7, 8, 13, 20, 26, 40, 59, 60, 61, 90)


def tracked(text: str, limits: LoopLimits, next_cut: Callable[[], int] | None = None) -> set[tuple[int, int, int]]:
    """Return start, period and length of the loops found."""
    tracker = LagTracker(limits)
    at = 0
    while at < len(text):
        size = next_cut() if next_cut else len(text)
        tracker.feed(text[at : at + size])
        at += size
    return {(loop.start, loop.period, loop.length) for loop in tracker.loops}


def oracle(text: str, limits: LoopLimits) -> set[tuple[int, int, int]]:
    """Find loops by comparing the text with itself at every lag."""
    symbols = np.fromiter(map(ord, text), np.int32, len(text))
    loops = set()
    for period in range(1, len(text) // 3 + 1):
        needed = max(limits.min_span, period * copies_needed(period))
        agrees = symbols[period:] == symbols[:-period]
        if np.count_nonzero(agrees) < needed - period:
            continue
        edges = np.flatnonzero(np.diff(agrees, prepend=False, append=False)).tolist()
        for start, end in zip(edges[::2], edges[1::2], strict=True):
            length = end + period - start
            last = start + (length // period - 1) * period
            unit = text[last : last + period]
            is_primitive = (unit + unit).find(unit, 1) == period
            if is_primitive and length >= needed and length >= limits.span_needed(unit):
                loops.add((start, period, length))
    return loops


def random_text(rng: random.Random) -> str:
    """Make up to three loops, or near misses, with noise between them."""
    alphabet = rng.choice(["ab", "abc", "0123 ", "abcdefghij .", "xyZ é好", "|- a"])
    parts = []
    for _ in range(rng.randint(1, 3)):
        parts.append("".join(rng.choices(alphabet, k=rng.randint(0, 50))))
        unit = "".join(rng.choices(alphabet, k=rng.choice(UNIT_LENGTHS)))
        parts.append(unit * rng.randint(2, max(4, 180 // len(unit))) + unit[: rng.randint(0, len(unit))])
    return "".join(parts)


def test_tracker_finds_exactly_what_the_oracle_finds() -> None:
    rng = random.Random(20)
    num_loops = 0
    for _ in range(10_000):
        text = random_text(rng)[:200]
        expected = oracle(text, TEXT_LIMITS)
        assert tracked(text, TEXT_LIMITS) == expected, text
        num_loops += len(expected)
    assert num_loops > 3_000


def test_tracker_of_ids_finds_a_loop_where_the_oracle_does() -> None:
    rng = random.Random(20)
    num_loops = 0
    for _ in range(500):
        text = random_text(rng)[:300]
        expected = oracle(text, ID_LIMITS)
        found = tracked(text, ID_LIMITS)
        assert found <= expected, text  # a gram of six symbols out of two recurs at random, and may hide a second loop
        assert bool(found) == bool(expected), text
        num_loops += len(expected)
    assert num_loops > 400


def test_bursts_of_a_loop_do_not_hide_the_loop() -> None:
    """Each position of the loop has been seen in a burst before; the lag to that burst must give way to the period."""
    rng = random.Random(24)
    for _ in range(300):
        period = rng.randint(1, 60)
        unit = "".join(rng.choices("abcdefgh ,", k=period - 1)) + "Z"
        bursts = "".join((unit * 120)[: rng.randint(24, 120)] + "".join(rng.choices("xyz?!", k=rng.randint(1, 90))) for _ in range(3))
        loops = tracked(bursts + unit * 20 * (60 // period + 1), TEXT_LIMITS, lambda: 64)
        assert any(start <= len(bursts) + period and start + length >= len(bursts) + 19 * period for start, _, length in loops)


def test_cuts_do_not_matter() -> None:
    rng = random.Random(21)
    for _ in range(150):
        text = random_text(rng)
        whole = tracked(text, TEXT_LIMITS)
        assert tracked(text, TEXT_LIMITS, lambda: 1) == whole
        assert tracked(text, TEXT_LIMITS, lambda: rng.randint(1, 80)) == whole


@pytest.mark.parametrize("period", [1, 7, 8, 59, 60, 199, 200, 777, 1500, 4096])
def test_every_period_is_found_with_its_start(period: int) -> None:
    rng = random.Random(period)
    unit = "".join(rng.choices("abcdefghijklmnopqrstuvwxyz .,", k=period - 1)) + "Z"
    text = "Some words ahead? " + unit * max(6, 240 // period)
    assert [loop[:2] for loop in tracked(text, TEXT_LIMITS, lambda: 64)] == [(18, period)]


def test_loop_lies_far_behind_other_text() -> None:
    rng = random.Random(22)
    noise = "".join(rng.choices("abcdefghijklmnopqrstuvwxyz ", k=50_000))
    assert tracked(noise + "!? and so on " * 40 + noise[::-1], TEXT_LIMITS, lambda: 64) == {(50_000, 13, 520)}


def fibonacci(length: int) -> str:
    first, second = "a", "ab"
    while len(second) < length:
        first, second = second, second + first
    return second[:length]


@pytest.mark.parametrize(
    "make",
    [
        lambda n: "Ne" * (n // 2),
        lambda n: "".join(random.Random(1).choices("ab", k=n)),
        fibonacci,
        lambda n: "".join("a" * (30 + k % 3) + "b" for k in range(n))[:n],
        lambda n: "".join("a" * 30 + chr(98 + k % 7) for k in range(n))[:n],
        lambda n: "".join(f"line {k} of it all, and on\n" for k in range(n))[:n],
    ],
    ids=["loop", "binary", "fibonacci", "runs", "period-7-runs", "counter"],
)
def test_work_is_linear(make: Callable[[int], str]) -> None:
    def steps(length: int) -> int:
        text = make(length)
        return count_lines(lambda: tracked(text, TEXT_LIMITS, lambda: 64))

    short, long = steps(4_000), steps(16_000)
    assert long < 5 * short  # four times the text, and until the window is full a little more a character
    assert long < 16_000 * 16


def test_memory_is_bounded() -> None:
    rng = random.Random(23)
    tracker = LagTracker(TEXT_LIMITS)
    for _ in range(2_000):
        tracker.feed("".join(rng.choices("abcdefghij ", k=64)))
    assert len(tracker._text) < 4 * TEXT_LIMITS.max_lag
    assert len(tracker._recent) + len(tracker._older) < 3 * TEXT_LIMITS.max_lag // TEXT_LIMITS.stride


@pytest.mark.parametrize(
    ("text", "closing"),
    [
        ("Well, " + "ab" * 30, (6, "ab", 60)),
        ("Well, " + "ab" * 30 + " \n\n", (6, "ab", 60)),
        ("Well, " + "ab" * 30 + ".", None),
        ("Well, " + "ab" * 30 + " " * 60, (66, " ", 60)),
        ("ab" * 400, (0, "ab", 800)),
        ("The sea is wide, and the sea is deep, my love. " * 2, (0, "The sea is wide, and the sea is deep, my love. ", 94)),
        ("The sea is wide, and the sea is deep, my love.", None),
        ("", None),
    ],
)
def test_closing_loop_is_what_the_text_ends_in(text: str, closing: tuple[int, str, int] | None) -> None:
    for size in (1, 64, 1_000):
        tracker = LagTracker(TEXT_LIMITS)
        for start in range(0, len(text), size):
            tracker.feed(text[start : start + size])
        loop = tracker.closing_loop()
        assert (loop and (loop.start, loop.unit, loop.length)) == closing


def test_blank_that_follows_a_loop_of_long_ago_does_not_make_it_the_end() -> None:
    tracker = LagTracker(TEXT_LIMITS)
    tracker.feed("ab" * 60)
    for length in range(30):
        tracker.feed(" " * 997 + "\n\t"[length % 2])
    loop = tracker.closing_loop()
    assert loop is None or loop.unit.isspace()
