"""Numbers as the written reports spell them; where there is none stands a dash."""

import re
from math import isfinite

NO_NUMBER = "–"
HYPHEN_BEFORE_NUMBER = re.compile(r"(?<![\w.-])-(?=\d)")


def write_score(value: float | None) -> str:
    """Write a score in its shortest form."""
    return NO_NUMBER if value is None or not isfinite(value) else f"{_rounded(value):g}"


def write_average(value: float | None) -> str:
    """Write a mean, with the paper's two decimals."""
    return NO_NUMBER if value is None or not isfinite(value) else f"{_rounded(value):.2f}"


def write_change(value: float | None) -> str:
    """Write a difference of scores with its sign."""
    return NO_NUMBER if value is None or not isfinite(value) else f"{_rounded(value):+g}" if _rounded(value) else "±0"


def write_average_change(value: float | None) -> str:
    """Write a mean difference with its sign and two decimals."""
    return NO_NUMBER if value is None or not isfinite(value) else f"{_rounded(value):+.2f}" if _rounded(value) else "0.00"


def write_interval(bounds: tuple[float, float] | None) -> str:
    """Write an interval of scores."""
    return NO_NUMBER if bounds is None else f"{write_average(bounds[0])} to {write_average(bounds[1])}"


def write_p_value(value: float | None) -> str:
    """Write a p-value."""
    return NO_NUMBER if value is None or not isfinite(value) else f"{value:.3g}"


def write_share(part: float, whole: float) -> str:
    """Write a part of a whole in percent; of nothing there is no share."""
    return f"{100 * part / whole:.0f} %" if whole else NO_NUMBER


def write_count(count: int, noun: str, plural: str | None = None) -> str:
    """Write a count with its noun."""
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"


def with_minus_signs(text: str) -> str:
    """Give the numbers of a text the minus sign; hyphens inside names stay."""
    return HYPHEN_BEFORE_NUMBER.sub("−", text)


def _rounded(value: float) -> float:
    return round(value, 2) + 0.0  # -0.0 + 0.0 is 0.0
