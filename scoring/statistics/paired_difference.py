"""What the differences of paired values tell: how large, how sure, how likely by chance."""

from collections.abc import Sequence
from statistics import fmean

import msgspec

from scoring.statistics.bootstrap import bootstrap_interval
from scoring.statistics.effect_size import cohens_d
from scoring.statistics.sign_flip import sign_flip_test


class PairedDifference(msgspec.Struct, frozen=True, kw_only=True):
    """The mean of n differences with its 95 % interval and a two-sided test against no difference."""

    n: int
    mean: float
    low: float | None  # None for one difference
    high: float | None
    p_value: float
    is_exact: bool  # of the p-value: every flip of signs was tried
    cohens_d: float | None  # d_z; None where undefined


def paired_difference(differences: Sequence[float], *, seed: int = 0) -> PairedDifference | None:
    """Judge differences, one a pair; None without any."""
    if not differences:
        return None
    low, high = bootstrap_interval(differences, seed=seed) or (None, None)
    test = sign_flip_test(differences, seed=seed)
    return PairedDifference(
        n=len(differences),
        mean=fmean(differences),
        low=low,
        high=high,
        p_value=test.p_value,
        is_exact=test.is_exact,
        cohens_d=cohens_d(differences),
    )
