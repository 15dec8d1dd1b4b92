"""How far the flags lie from what they flag: where the loop is said to begin, and how late the first hard flag comes."""

from bench.detectors.corpora.example import LOOP_FLAGS
from bench.detectors.observation import Observation

NAMES_OF_LOOPS = LOOP_FLAGS | {"near_loop"}


def onset_error(observation: Observation) -> int | None:
    """Characters between the true start and the nearest start of a fitting flag; None where no start is known."""
    example = observation.example
    if example.start is None:
        return None
    starts = [flag.start for flag in observation.flags if flag.start is not None and _is_of_the_kind(flag.flag, observation)]
    return min((abs(start - example.start) for start in starts), default=None)


def delay(observation: Observation) -> int | None:
    """Characters fed from the true start on until a hard flag could be read; None without a hard flag."""
    if observation.hard_after_chars is None or observation.example.start is None:
        return None
    return observation.hard_after_chars - observation.example.start


def _is_of_the_kind(flag: str, observation: Observation) -> bool:
    due = observation.example.due
    return flag == due or (due in NAMES_OF_LOOPS and flag in NAMES_OF_LOOPS)


def median_and_tail(distances: list[int | None]) -> str:
    """Show the median and the 95th percentile of the known distances."""
    known = sorted(distance for distance in distances if distance is not None)
    if not known:
        return "-"
    return f"{_quantile(known, 0.5)}, {_quantile(known, 0.95)}"


def _quantile(ordered: list[int], share: float) -> int:
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
