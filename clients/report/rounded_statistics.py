"""Intervals and statistics as reports hold them: rounded, since the last digits of a bootstrap differ between kinds of machines."""

from collections.abc import Sequence

import msgspec

from scoring.statistics.paired_difference import PairedDifference, paired_difference

Interval = tuple[float, float]  # 95 %: low, high

NUM_DIGITS = 6
RESAMPLING_SEED = 0  # of bootstrap and permutations: the same replies give the same report


def round_interval(interval: Interval | None) -> Interval | None:
    """Round both ends."""
    return None if interval is None else (round(interval[0], NUM_DIGITS), round(interval[1], NUM_DIGITS))


def judge_differences(differences: Sequence[float]) -> PairedDifference | None:
    """Judge differences, one a probe; None without any."""
    judged = paired_difference(differences, seed=RESAMPLING_SEED)
    if judged is None:
        return None
    return msgspec.structs.replace(judged, low=_rounded(judged.low), high=_rounded(judged.high), cohens_d=_rounded(judged.cohens_d))


def _rounded(number: float | None) -> float | None:
    return None if number is None else round(number, NUM_DIGITS)
