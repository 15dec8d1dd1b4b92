"""The interval of a share, such as that of looping replies: Wilson 1927, "Probable Inference, the Law of Succession, ...", JASA 22."""

from math import sqrt
from statistics import NormalDist

from scoring.statistics.confidence import LEVEL


def wilson_interval(successes: int, trials: int) -> tuple[float, float] | None:
    """Give the 95 % interval of a share, within 0 and 1 and sensible for none or all of a few; None without a trial."""
    if trials == 0:
        return None
    z = NormalDist().inv_cdf((1 + LEVEL) / 2)
    share = successes / trials
    centre = share + z * z / (2 * trials)
    half = z * sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials))
    whole = 1 + z * z / trials
    # At the ends the formula gives 0 and 1 but for rounding.
    low = 0.0 if successes == 0 else (centre - half) / whole
    high = 1.0 if successes == trials else (centre + half) / whole
    return low, high
