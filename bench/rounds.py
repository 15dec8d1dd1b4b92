"""Rounds in which several subjects are asked in turn, so that a drift of the machine meets them alike, and their ratios."""

import statistics
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


def turned(subjects: Sequence[T], round_number: int) -> list[T]:
    """Begin each round with another one, so that what a place in the order costs meets all alike."""
    first = round_number % len(subjects)
    return [*subjects[first:], *subjects[:first]]


def ratios(some: Sequence[float], others: Sequence[float]) -> list[float]:
    """Divide round by round."""
    return [one / other for one, other in zip(some, others, strict=True)]


def spell(ratios: Sequence[float], digits: int = 2) -> str:
    """Write the median of the rounds' ratios, and the least and the greatest."""
    return f"{statistics.median(ratios):.{digits}f} ({min(ratios):.{digits}f} to {max(ratios):.{digits}f})"


def percentile(values: Sequence[float], percent: float) -> float:
    """Take the value at or below which so many per cent of all lie; of an even number the upper median."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * percent / 100), len(ordered) - 1)]
