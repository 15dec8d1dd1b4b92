"""Counting runs: a unit that comes again and again with a number one higher, and with nothing else that is new.

`[1][2][3]`, `| 7 | barrel |` and `def pour_7(a): return a + 1` go on for ever once they go on at all. What counts and also says something
(a list, a table of distances, data with keys) has other text or other numbers in each copy.
"""

import re

from scoring.degeneration.repetition.stretch import Stretch

PARTS = re.compile(r"[0-9]+|[^0-9]+")
DIGITS = frozenset("0123456789")
MAX_NUMBERS = 6  # in a copy
MAX_NUMBER_DIGITS = 9
MIN_COPIES = 48  # tables of times and forms with numbered rows have fewer
SAYING = re.compile(r"[^\W\d_]|[#\[(<{]")  # a plain `1, 2, 3` is what was asked for
MAX_CLOSING_CHARS = 8  # after the last copy: a bracket, a fence
PEEK_CHARS, PEEK_COPIES = 512, 4  # looked at first: most texts do not count at all


def find_counting_run(text: str) -> Stretch | None:
    """Return the run that reaches the end of the text, offsets in the text; None if there is none."""
    if not _longest_run(text[-PEEK_CHARS:], PEEK_COPIES):
        return None
    return _longest_run(text, MIN_COPIES)


def _longest_run(text: str, min_copies: int) -> Stretch | None:
    parts = PARTS.findall(text)
    first = 0 if parts and parts[0][0] in DIGITS else 1
    numbers, texts = parts[first::2], parts[first + 1 :: 2]
    numbers = numbers[: len(texts)]  # a number at the very end may be cut off
    if not texts or len(texts[-1]) > max(map(len, texts[-2 * MAX_NUMBERS : -1]), default=0) + MAX_CLOSING_CHARS:
        return None
    for period in range(1, MAX_NUMBERS + 1):
        num_numbers = _count_back(numbers, texts, period, min_copies)
        if num_numbers >= min_copies * period:
            begin = first + 2 * (len(numbers) - num_numbers)
            unit = "".join(parts[begin : begin + 2 * period])
            if SAYING.search(unit):
                start = sum(map(len, parts[:begin]))
                return Stretch(start=start, end=len(text), unit=unit, period=None, copies=num_numbers / period)
    return None


def _count_back(numbers: list[str], texts: list[str], period: int, min_copies: int) -> int:
    """Count the numbers, from the end backwards, that are a constant step above those one period before; one of the steps is 1."""
    end = len(numbers)
    if end < min_copies * period or len(set(texts[-2 * period - 1 : -1])) > period:
        return 0
    steps = {at % period: _step(numbers, at, period) for at in range(end - period, end)}
    if 1 not in steps.values():
        return 0
    at = end - 1
    while at >= period and _step(numbers, at, period) == steps[at % period]:
        if at < end - 1 and texts[at] != texts[at - period]:  # the last may be cut off
            break
        at -= 1
    return end - 1 - at + period


def _step(numbers: list[str], at: int, period: int) -> int | None:
    number, before = numbers[at], numbers[at - period]
    if len(number) > MAX_NUMBER_DIGITS or len(before) > MAX_NUMBER_DIGITS:
        return None
    return int(number) - int(before)
