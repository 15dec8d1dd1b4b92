"""The axis of a chart: which stretch of numbers it covers, and where a number lies on it."""

from collections.abc import Iterable
from itertools import pairwise
from math import ceil, floor, isfinite, log10

import msgspec

MARGIN = 0.04  # of the covered stretch, left free at each end
MOST = 1e100  # beyond it the length of a stretch may be no number any more
LEAST_SPAN = 1e-9  # of the largest value: what differs by less is one value, and float dust
FLOAT_DUST = 1e-9


class Axis(msgspec.Struct, frozen=True, kw_only=True):
    """A linear axis."""

    low: float
    high: float
    ticks: tuple[float, ...]

    def place(self, value: float) -> float:
        """Say where a number lies, from 0 to 1."""
        return (value - self.low) / (self.high - self.low)


def can_be_drawn(value: float | None) -> bool:
    """Say whether a number has a place on an axis."""
    return value is not None and isfinite(value) and abs(value) <= MOST


def make_axis(values: Iterable[float], *, num_ticks: int = 5, with_zero: bool = False, margin: float = MARGIN) -> Axis:
    """Cover values that can be drawn; of none, the stretch from 0 to 1."""
    shown = [*values, *([0.0] if with_zero else [])] or [0.0, 1.0]
    low, high = min(shown), max(shown)
    if high - low <= LEAST_SPAN * max(abs(low), abs(high)):
        spread = abs(high) * 0.5 or 0.5
        low, high = low - spread * (not with_zero), high + spread
    free = margin * (high - low)
    ticks = _ticks(low, high, num_ticks)
    return Axis(low=low - free * (not with_zero or low < 0), high=high + free, ticks=ticks)


def write_ticks(ticks: Iterable[float]) -> dict[float, str]:
    """Write ticks with as many digits as tell them apart."""
    ticks = tuple(ticks)
    whole = max(map(abs, ticks), default=0.0) or 1.0  # of a single one
    step = min((after - before for before, after in pairwise(ticks)), default=whole)
    if not 1e-4 <= step < 1e6:
        return {tick: f"{tick:.3g}" for tick in ticks}
    decimals = max(0, -floor(log10(step) + FLOAT_DUST))
    return {tick: f"{tick + 0.0:,.{decimals}f}" for tick in ticks}


def _ticks(low: float, high: float, num_ticks: int) -> tuple[float, ...]:
    step = _round_step((high - low) / num_ticks)
    first, last = ceil(low / step - FLOAT_DUST), floor(high / step + FLOAT_DUST)
    return tuple(step * place for place in range(first, last + 1))


def _round_step(least: float) -> float:
    """Take the next of 1, 2, 5, 10, 20, 50 and so on."""
    power = 10.0 ** floor(log10(least))
    return next(power * factor for factor in (1, 2, 5, 10, 20) if power * factor >= least * (1 - FLOAT_DUST))
