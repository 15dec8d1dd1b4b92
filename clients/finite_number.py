"""A number out of a text of anybody's."""

import math


def read_number(text: str) -> float:
    """Read a finite number; anything else is NaN, which no range holds."""
    try:
        value = float(text)
    except ValueError:
        return math.nan
    return value if math.isfinite(value) else math.nan
