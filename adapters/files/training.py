"""What an adapter's own files record of its training, so that two adapters can be compared."""

import msgspec


class TrainingRecord(msgspec.Struct, frozen=True, kw_only=True):
    """None is what the files do not say."""

    iterations: int | None = None  # batches seen
    learning_rate: float | None = None  # the highest, where it followed a schedule
    batch_size: int | None = None
    examples_seen: int | None = None
    effective_updates: int | None = None  # steps of the optimiser


def as_count(value: object) -> int | None:
    """Take a number of things from a file that was not checked."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def as_rate(value: object) -> float | None:
    """Take a learning rate from a file that was not checked."""
    return value if isinstance(value, float) else None
