"""Numbers as every report spells them, one function a kind; where there is none stands a dash."""

import re
from math import isfinite

NO_NUMBER = "–"
HYPHEN_BEFORE_NUMBER = re.compile(r"(?<![\w.-])-(?=\d)")
LEAST_SHARE = 0.01  # less is written in words: 0 % would say that there was none


def write_plain(value: float) -> str:
    """Write a number to two decimals in its shortest form."""
    return f"{_rounded(value):.2f}".rstrip("0").rstrip(".")


def write_exact(value: float | None) -> str:
    """Write a number with all its digits: a setting, or what is held against another to see whether they are the same."""
    return NO_NUMBER if value is None else repr(value).removesuffix(".0")


def write_score(value: float | None) -> str:
    """Write a score in its shortest form."""
    return NO_NUMBER if value is None or not isfinite(value) else write_plain(value)


def write_average(value: float | None) -> str:
    """Write a mean, with the paper's two decimals; an effect size too."""
    return NO_NUMBER if value is None or not isfinite(value) else f"{_rounded(value):.2f}"


def write_change(value: float | None) -> str:
    """Write a difference of scores with its sign."""
    if value is None or not isfinite(value):
        return NO_NUMBER
    return f"{'+' * (_rounded(value) > 0)}{write_plain(value)}" if _rounded(value) else "±0"


def write_average_change(value: float | None) -> str:
    """Write a mean difference with its sign and two decimals."""
    return NO_NUMBER if value is None or not isfinite(value) else f"{_rounded(value):+.2f}" if _rounded(value) else "0.00"


def write_interval(bounds: tuple[float, float] | None) -> str:
    """Write an interval of scores."""
    return NO_NUMBER if bounds is None else f"{write_average(bounds[0])} to {write_average(bounds[1])}"


def write_change_interval(low: float | None, high: float | None) -> str:
    """Write an interval of differences, both ends with their signs."""
    return NO_NUMBER if low is None or high is None else f"{write_average_change(low)} to {write_average_change(high)}"


def write_p_value(value: float | None) -> str:
    """Write a p-value."""
    return NO_NUMBER if value is None or not isfinite(value) else f"{value:.3g}"


def write_share(part: float, whole: float = 1) -> str:
    """Write a part of a whole in percent; of nothing there is no share."""
    if not whole:
        return NO_NUMBER
    return f"under {100 * LEAST_SHARE:.0f} %" if 0 < part / whole < LEAST_SHARE else f"{100 * part / whole:.0f} %"


def write_count(count: float, noun: str | None = None, plural: str | None = None) -> str:
    """Write a count, with its noun if it has one; a mean of counts as a whole number."""
    return f"{count:,.0f}" if noun is None else f"{count:,.0f} {noun if count == 1 else plural or noun + 's'}"


def write_seconds(seconds: float) -> str:
    """Write how long something took."""
    return f"{seconds:.1f} s"


def with_minus_signs(text: str) -> str:
    """Give the numbers of a text the minus sign; hyphens inside names stay."""
    return HYPHEN_BEFORE_NUMBER.sub("−", text)


def _rounded(value: float) -> float:
    return round(value, 2) + 0.0  # -0.0 + 0.0 is 0.0
