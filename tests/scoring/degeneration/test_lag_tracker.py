"""The lag tracker against an oracle that tries every period, and its work counted."""

import random
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest

from scoring.degeneration.id_loops import ID_LIMITS
from scoring.degeneration.lag_tracker import LagTracker, LoopLimits, copies_needed
from scoring.degeneration.text_loops import TEXT_LIMITS

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


def runs(text: str, period: int) -> list[tuple[int, int]]:
    """Return start and length of the longest stretches of this period."""
    found = []
    at = period
    while at < len(text):
        begin = at
        while at < len(text) and text[at] == text[at - period]:
            at += 1
        if at > begin:
            found.append((begin - period, at - begin + period))
        at += 1
    return found


def oracle(text: str, limits: LoopLimits) -> set[tuple[int, int, int]]:
    """Find loops by trying every period at every place."""
    loops = set()
    for period in range(1, len(text) // 3 + 1):
        for start, length in runs(text, period):
            last = start + (length // period - 1) * period
            unit = text[last : last + period]
            is_primitive = (unit + unit).find(unit, 1) == period
            if is_primitive and length >= max(limits.min_span, period * copies_needed(period)) and length >= limits.span_needed(unit):
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


@pytest.mark.parametrize("limits", [TEXT_LIMITS, ID_LIMITS], ids=["text", "ids"])
def test_tracker_finds_what_the_oracle_finds(limits: LoopLimits) -> None:
    rng = random.Random(20)
    num_loops = 0
    for _ in range(250):
        text = random_text(rng)[:600]
        expected = oracle(text, limits)
        found = tracked(text, limits)
        assert found <= expected, text
        assert bool(found) == bool(expected), text
        if limits is TEXT_LIMITS:  # a gram of six symbols out of two recurs at random, and may hide a second loop
            assert found == expected, text
        num_loops += len(expected)
    assert num_loops > 150


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


def count_lines(run: Callable[[], object]) -> int:
    """Count the lines of Python that a call runs: a clock that no other process slows down."""
    num_lines = 0

    def trace(frame: FrameType, event: str, argument: Any) -> Any:
        nonlocal num_lines
        num_lines += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        run()
    finally:
        sys.settrace(before)
    return num_lines


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
    assert long < 4.6 * short
    assert long < 16_000 * 16


def test_memory_is_bounded() -> None:
    rng = random.Random(23)
    tracker = LagTracker(TEXT_LIMITS)
    for _ in range(2_000):
        tracker.feed("".join(rng.choices("abcdefghij ", k=64)))
    assert len(tracker._symbols) < 4 * TEXT_LIMITS.max_lag
    assert len(tracker._recent) + len(tracker._older) < 3 * TEXT_LIMITS.max_lag // TEXT_LIMITS.stride
