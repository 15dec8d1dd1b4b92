"""What an adapter's own files record of its training, so that two adapters can be compared."""

from typing import Literal

import msgspec

State = Literal["running", "finished", "stopped", "interrupted", "failed"]  # "running" of a training that was killed, too


class TrainingRecord(msgspec.Struct, frozen=True, kw_only=True):
    """None is what the files do not say."""

    basis: Literal["planned", "done"] | None = None  # what was set out before the training, or what its files prove was done
    iterations: int | None = None  # batches seen
    learning_rate: float | None = None  # the highest, where it followed a schedule
    batch_size: int | None = None
    examples_seen: int | None = None  # those that reached the weights
    effective_updates: int | None = None  # steps of the optimiser
    resumed_from: str | None = None  # the file whose weights it began with: what those had seen is in none of the numbers
    state: State | None = None  # from here on what candor's own record alone tells: how the training ended
    rows_trained: int | None = None  # as examples_seen: a row counts as often as it was seen
    tokens_trained: int | None = None  # that were learnt to be said, no padding among them
    epochs: float | None = None
    rows_cut: int | None = None  # of the file, longer than a row may be
    rows_dropped: int | None = None  # of the file, with nothing to learn in them
    final_loss: float | None = None  # a token
    final_validation_loss: float | None = None
    wall_time_s: float | None = None
    base_digest: str | None = None  # of the model that it was trained on
    data_digest: str | None = None  # of the file of rows
    note: str | None = None  # what is unusual about the files, for people


def as_count(value: object) -> int | None:
    """Take a number of things from a file that was not checked."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def as_rate(value: object) -> float | None:
    """Take a learning rate from a file that was not checked."""
    return value if isinstance(value, float) else None


def as_file_name(value: object) -> str | None:
    """Take the last part of a path from a file that was not checked: the rest is about the machine that wrote it."""
    name = value.replace("\\", "/").rstrip("/").rpartition("/")[2] if isinstance(value, str) else ""
    return name[:255] if name.isprintable() and name else None
