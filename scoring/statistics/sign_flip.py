"""The sign-flip permutation test: were both subjects alike, each pair's difference could as well have had the other sign (Fisher 1935)."""

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from scoring.statistics.permutation import MAX_ENUMERATED, PermutationTest, drawn_test, exact_test
from scoring.statistics.resampling import portions

Array = npt.NDArray[np.float64]


def sign_flip_test(differences: Sequence[float], *, seed: int) -> PermutationTest:
    """Test two-sided whether the mean difference is 0.

    A difference of 0 stays 0 whatever its sign: it doubles all rearrangements and the extreme ones alike, and so changes no p-value.
    """
    sample = np.asarray(differences, dtype=np.float64)
    sizes = np.abs(sample[sample != 0])
    observed, largest = float(sample.sum()), float(sizes.sum())
    if 2**sizes.size <= MAX_ENUMERATED:
        return exact_test(_every_sum(sizes), observed=observed, largest=largest)
    return drawn_test(_drawn_sums(sizes, seed), observed=observed, largest=largest)


def _every_sum(sizes: Array) -> Array:
    sums = np.zeros(1)
    for size in sizes:
        sums = np.concatenate((sums + size, sums - size))
    return sums


def _drawn_sums(sizes: Array, seed: int) -> Iterator[Array]:
    generator = np.random.default_rng(seed)
    for num in portions(sizes.size):
        signs = generator.integers(0, 2, (num, sizes.size), dtype=np.int8) * 2 - 1
        yield signs @ sizes
