"""Fisher's exact test, one-sided: whether something happens more often here than there (Fisher 1922, "On the Interpretation of χ² ...")."""

from fractions import Fraction
from math import comb


def fisher_more_often(successes: int, trials: int, other_successes: int, other_trials: int) -> float:
    """Give the chance of so many successes here, or more, if those of both sides had been dealt out at random.

    Exact for any counts, and 1 without a success here or without a trial on either side. Raises ValueError for more successes than trials.
    """
    if not (0 <= successes <= trials and 0 <= other_successes <= other_trials):
        raise ValueError(f"expected counts within their trials, got {successes} of {trials} and {other_successes} of {other_trials}")
    total = successes + other_successes
    ways = sum(comb(trials, here) * comb(other_trials, total - here) for here in range(successes, min(trials, total) + 1))
    return float(Fraction(ways, comb(trials + other_trials, total)))


def fewest_seen(trials: int, other_successes: int, other_trials: int, *, significant: float) -> int | None:
    """Give the fewest successes here that are significantly more often; None where not even `trials` of them would be."""
    return next(
        (count for count in range(trials + 1) if fisher_more_often(count, trials, other_successes, other_trials) <= significant), None
    )
