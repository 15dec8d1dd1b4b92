"""The size of an effect, free of units."""

from collections.abc import Sequence
from statistics import fmean, stdev

DUST = 1e-9  # of the largest difference: a spread below it is rounding, and dividing by it would make a number of nothing


def cohens_d(differences: Sequence[float]) -> float | None:
    """Divide the mean difference by the differences' standard deviation: Cohen's d for paired values, d_z (Cohen 1988, 2.3.5).

    None where it is undefined: fewer than two differences, or all of them equal.
    """
    if len(differences) < 2:
        return None
    mean = fmean(differences)
    spread = stdev(differences, mean)
    if spread <= DUST * max(abs(difference) for difference in differences):
        return None
    return mean / spread
