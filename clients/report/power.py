"""What a gate can see: with too few probes or samples no drop can ever be significant, and the gate would let everything pass."""

from itertools import count
from math import comb

import msgspec

from clients.report.comparison import SIGNIFICANT


class Power(msgspec.Struct, frozen=True, kw_only=True):
    """What a comparison of so many probes can tell, if all goes one way."""

    num_probes: int
    num_samples: int  # of the subject, a probe
    num_baseline_samples: int

    @property
    def sees_average(self) -> bool:
        """Say whether the average can be significantly worse."""
        return lowest_p_of_average(self.num_probes) <= SIGNIFICANT

    @property
    def sees_probes(self) -> bool:
        """Say whether any probe by itself can be."""
        return lowest_p_of_probe(self.num_probes, self.num_samples, self.num_baseline_samples) <= SIGNIFICANT

    @property
    def blind_spots(self) -> tuple[str, ...]:
        """Say in sentences what it cannot see however large it is, and what would do."""
        spots = []
        if not self.sees_average:
            needed = next(number for number in count(1) if lowest_p_of_average(number) <= SIGNIFICANT)
            spots.append(f"{self.num_probes} probes are too few for their average to be significantly worse: it takes {needed}")
        if not self.sees_probes:
            spots.append(
                f"{self._samples} is too few for any one of {self.num_probes} probes to be significantly worse: {self._samples_needed()}"
            )
        return tuple(spots)

    @property
    def _samples(self) -> str:
        if self.num_samples == self.num_baseline_samples:
            return f"--samples {self.num_samples}"
        return f"--samples {self.num_samples} against {self.num_baseline_samples} of the baseline"

    def _samples_needed(self) -> str:
        """Find how many would do; of a baseline that is not asked again there are no more than there are."""
        is_locked = self.num_samples != self.num_baseline_samples
        for number in range(2, 1 + max(2, self.num_probes * 50)):
            if lowest_p_of_probe(self.num_probes, number, self.num_baseline_samples if is_locked else number) <= SIGNIFICANT:
                return f"it takes {number}"
        return "it takes a baseline with two samples or more"


def lowest_p_of_average(num_probes: int) -> float:
    """Give the smallest p-value that flipping the signs of so many differences can have: all of one sign, either way."""
    return 2.0 ** (1 - num_probes)


def lowest_p_of_probe(num_probes: int, num_samples: int, num_baseline_samples: int) -> float:
    """Give the smallest one that dealing out both sides' samples can have, times Holm's factor for the first of so many.

    Two dealings of equal sides are the most extreme, either side being the better one; of unequal sides only one is. A side of fewer than
    two has no test.
    """
    if min(num_samples, num_baseline_samples) < 2:
        return 1.0
    num_extreme = 2 if num_samples == num_baseline_samples else 1
    return min(1.0, num_probes * num_extreme / comb(num_samples + num_baseline_samples, num_samples))
