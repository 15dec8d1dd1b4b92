"""The interval of a mean from its few samples."""

from collections.abc import Sequence
from math import sqrt
from statistics import fmean, stdev

from scoring.statistics.confidence import LEVEL
from scoring.statistics.student_t import t_quantile


def mean_interval(samples: Sequence[float]) -> tuple[float, float] | None:
    """Give the 95 % t-interval of the mean; None for fewer than two samples.

    Student's t and no bootstrap, because a probe has three samples or five: three have ten resamples in all, while t is as wide as so
    few must be, if the scores are not far from normal. Samples that are all alike give an interval of no width.
    """
    if len(samples) < 2:
        return None
    mean = fmean(samples)
    half = t_quantile(LEVEL, len(samples) - 1) * stdev(samples, mean) / sqrt(len(samples))
    return mean - half, mean + half
