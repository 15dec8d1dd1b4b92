"""Quantiles of Student's t for whole degrees of freedom, from its closed form: Abramowitz and Stegun 1964, 26.7.3 and 26.7.4."""

from math import cos, pi, sin, sqrt, tan

BISECTIONS = 60  # halve pi/2 down to a double's precision


def t_quantile(level: float, degrees: int) -> float:
    """Give the t that encloses `level` of the distribution between -t and t.

    With t = sqrt(degrees) · tan(angle) the enclosed part is a finite sum that grows with the angle, which is found by bisection.
    """
    low, high = 0.0, pi / 2
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        low, high = (middle, high) if _enclosed(middle, degrees) < level else (low, middle)
    return sqrt(degrees) * tan((low + high) / 2)


def _enclosed(angle: float, degrees: int) -> float:
    """Sum up the part between -t and t."""
    is_odd = degrees % 2 == 1
    term = cos(angle) if is_odd else 1.0
    total = 0.0
    for power in range(2 if is_odd else 1, degrees, 2):
        total += term
        term *= cos(angle) ** 2 * power / (power + 1)
    return 2 / pi * (angle + sin(angle) * total) if is_odd else sin(angle) * total
