"""What a gate can see: with too few probes or samples no drop can ever be significant, and the gate would let everything pass."""

from collections.abc import Iterator
from itertools import count
from math import comb

from clients.report.comparison import SIGNIFICANT


def blind_spots(*, num_probes: int, num_samples: int) -> tuple[str, ...]:
    """Say in sentences what the gate cannot see however large it is."""
    return tuple(_blind_spots(num_probes, num_samples))


def _blind_spots(num_probes: int, num_samples: int) -> Iterator[str]:
    is_blind_to_average = lowest_p_of_average(num_probes) > SIGNIFICANT
    is_blind_to_probes = lowest_p_of_probe(num_probes, num_samples) > SIGNIFICANT
    if is_blind_to_average:
        needed = next(number for number in count(1) if lowest_p_of_average(number) <= SIGNIFICANT)
        yield f"{num_probes} probes are too few for their average to be significantly worse: it takes {needed}"
    if is_blind_to_probes:
        needed = next(number for number in count(2) if lowest_p_of_probe(num_probes, number) <= SIGNIFICANT)
        yield f"--samples {num_samples} is too few for any one of {num_probes} probes to be significantly worse: it takes {needed}"
    if is_blind_to_average and is_blind_to_probes:
        yield "so no drop of the scores can be significant: the gate looks at hard flags alone"


def lowest_p_of_average(num_probes: int) -> float:
    """Give the smallest p-value that flipping the signs of so many differences can have: all of one sign, either way."""
    return 2.0 ** (1 - num_probes)


def lowest_p_of_probe(num_probes: int, num_samples: int) -> float:
    """Give the smallest one that dealing out both sides' samples can have, times Holm's factor for the first of so many."""
    return num_probes * 2 / comb(2 * num_samples, num_samples)
