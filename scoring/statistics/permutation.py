"""What permutation tests share: the result, and how rearrangements are counted.

All rearrangements are tried where there are few; else 10,000 are drawn and the observed one is counted among them, without which a p-value
could be 0: Phipson and Smyth 2010, "Permutation P-values Should Never Be Zero".
"""

from collections.abc import Iterable

import msgspec
import numpy as np
import numpy.typing as npt

from scoring.statistics.resampling import NUM_RESAMPLES

Array = npt.NDArray[np.float64]

MAX_ENUMERATED = 65_536  # rearrangements: 16 pairs, or 9 samples against 9
DUST = 1e-9  # of the largest statistic there can be: sums that differ by less are equal but for rounding


class PermutationTest(msgspec.Struct, frozen=True, kw_only=True):
    """A two-sided test."""

    p_value: float
    is_exact: bool  # every rearrangement was tried


def exact_test(statistics: Array, *, observed: float, largest: float) -> PermutationTest:
    """Compare the observed statistic with that of every rearrangement, itself among them."""
    return PermutationTest(p_value=_num_as_extreme(statistics, observed, largest) / statistics.size, is_exact=True)


def drawn_test(portions: Iterable[Array], *, observed: float, largest: float) -> PermutationTest:
    """Compare the observed statistic with those of 10,000 rearrangements drawn at random."""
    hits = sum(_num_as_extreme(statistics, observed, largest) for statistics in portions)
    return PermutationTest(p_value=(hits + 1) / (NUM_RESAMPLES + 1), is_exact=False)


def _num_as_extreme(statistics: Array, observed: float, largest: float) -> int:
    return int(np.count_nonzero(np.abs(statistics) >= abs(observed) - DUST * largest))
