"""The value axis of a chart: which stretch of numbers it covers, and where a number lies on it."""

from collections.abc import Iterable
from math import ceil, floor, isfinite, log10

import msgspec

MARGIN = 0.02  # of the covered stretch, left free at each end
REACH = 0.5  # of the values' span: how far intervals may stretch the axis beyond the values
MIN_SPAN = 1.0
FLOAT_DUST = 1e-9


class Axis(msgspec.Struct, frozen=True, kw_only=True):
    """A linear axis."""

    low: float
    high: float
    ticks: tuple[float, ...]

    def place(self, value: float) -> float:
        """Say where a number lies, in percent of the axis; what lies beyond it is put at its end."""
        return 100 * min(1.0, max(0.0, (value - self.low) / (self.high - self.low)))

    def holds(self, value: float) -> bool:
        """Tell whether a number lies on the axis."""
        return self.low <= value <= self.high


def make_axis(
    values: Iterable[float | None],
    *,
    intervals: Iterable[tuple[float, float] | None] = (),
    reach: float = REACH,
    num_ticks: int = 6,
) -> Axis:
    """Cover the values and zero, and of the intervals so much that something can still be told of the values.

    Two samples that differ have an interval twelve times as wide as their difference. An infinite `reach` shows intervals whole.
    """
    shown = [0.0, *(value for value in values if value is not None and isfinite(value))]
    low, high = min(shown), max(shown)
    span = max(high - low, MIN_SPAN)
    ends = [end for interval in intervals if interval is not None for end in interval if isfinite(end)]
    low = max(min([low, *ends]), low - reach * span)
    high = min(max([high, *ends]), high + reach * span)
    high = max(high, low + MIN_SPAN)
    margin = MARGIN * (high - low)
    return Axis(low=low - margin, high=high + margin, ticks=_ticks(low, high, num_ticks))


def _ticks(low: float, high: float, num_ticks: int) -> tuple[float, ...]:
    step = _round_step((high - low) / num_ticks)
    first, last = ceil(low / step - FLOAT_DUST), floor(high / step + FLOAT_DUST)
    return tuple(round(step * place, 10) + 0.0 for place in range(first, last + 1))


def _round_step(least: float) -> float:
    """Take the next of 1, 2, 5, 10, 20, 50 and so on."""
    power = 10.0 ** floor(log10(least))
    return next(power * factor for factor in (1, 2, 5, 10) if power * factor >= least * (1 - FLOAT_DUST))
