"""The bias-corrected and accelerated (BCa) bootstrap interval of a mean: Efron 1987, "Better Bootstrap Confidence Intervals", JASA 82.

BCa and not plain percentiles, because differences of scores are skewed: a model that breaks drags a few probes far down. On differences of
which a fifth lie near -15 and the rest near 0, 1,500 draws of 20 held the true mean in 94 % with BCa and in 92 % with percentiles.
Any bootstrap is too narrow for few values: 85 % where 95 % is asked for six normal ones, 92 % for 20, 94 % for 100.
"""

from collections.abc import Sequence
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from scoring.statistics.confidence import LEVEL
from scoring.statistics.resampling import NUM_RESAMPLES, portions

Array = npt.NDArray[np.float64]

NORMAL = NormalDist()


def bootstrap_interval(values: Sequence[float], *, seed: int) -> tuple[float, float] | None:
    """Give the 95 % interval of the mean from 10,000 resamples; None for fewer than two values."""
    if len(values) < 2:
        return None
    sample = np.asarray(values, dtype=np.float64)
    if np.ptp(sample) == 0:
        return float(sample[0]), float(sample[0])
    means = _resampled_means(sample, seed)
    low, high = np.quantile(means, _adjusted_levels(sample, means))
    return float(low), float(high)


def _resampled_means(sample: Array, seed: int) -> Array:
    generator = np.random.default_rng(seed)
    drawn = [sample[generator.integers(0, sample.size, (num, sample.size))].mean(axis=1) for num in portions(sample.size)]
    return np.concatenate(drawn)


def _adjusted_levels(sample: Array, means: Array) -> list[float]:
    """Move the levels 2.5 % and 97.5 % by the bias z0 and the acceleration a, which is a sixth of the jackknife's skewness."""
    deviations = sample - sample.mean()
    acceleration = float((deviations**3).sum() / (6 * (deviations**2).sum() ** 1.5))
    z0 = NORMAL.inv_cdf(_share_below(means, float(sample.mean())))
    tail = (1 - LEVEL) / 2
    shifted = (z0 + NORMAL.inv_cdf(level) for level in (tail, 1 - tail))
    return [NORMAL.cdf(z0 + z / (1 - acceleration * z)) for z in shifted]


def _share_below(means: Array, mean: float) -> float:
    """Take the share of resampled means below the mean, ties by half, and keep it off 0 and 1, where the normal has no quantile."""
    share = (np.mean(means < mean) + np.mean(means <= mean)) / 2
    return float(np.clip(share, 0.5 / NUM_RESAMPLES, 1 - 0.5 / NUM_RESAMPLES))
