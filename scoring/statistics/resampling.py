"""Resampling: how often, and in portions that fit into memory."""

from collections.abc import Iterator

NUM_RESAMPLES = 10_000
MAX_PORTION_VALUES = 1_000_000  # 8 MB of doubles


def portions(num_values: int) -> Iterator[int]:
    """Split the resamples, each of `num_values` numbers, into portions of so many resamples."""
    step = max(1, MAX_PORTION_VALUES // num_values)
    for start in range(0, NUM_RESAMPLES, step):
        yield min(step, NUM_RESAMPLES - start)
