"""What was set for a training, in the terms of the note that candor comes from, whose "effective gradient" is rows seen."""

import msgspec

from adapters.files.reading import TrainingRecord


class Pressure(msgspec.Struct, frozen=True, kw_only=True):
    """None is what no file says."""

    learning_rate: float | None
    iterations: int | None  # batches
    optimizer_steps: int | None
    batch_size: int | None
    effective_gradient: int | None  # rows seen: iterations times batch size, or those that were counted
    reach: float | None  # learning rate times steps: about how far Adam can take a weight, whatever the size of a batch
    rank: int
    scale: float
    num_layers: int  # in which anything changes
    share_of_layers: float | None  # of the base's


class Ratios(msgspec.Struct, frozen=True, kw_only=True):
    """An adapter's numbers over those of the one that it is held against; None where one of them is not known, or zero."""

    learning_rate: float | None
    iterations: float | None
    optimizer_steps: float | None
    batch_size: float | None
    effective_gradient: float | None
    reach: float | None
    rank: float | None
    scale: float | None
    share_of_layers: float | None  # of layers themselves, where both are of one base, or no base is known
    num_layers: float | None  # in which anything changes
    update_norm: float | None  # measured: relative to the weights that each changes where both were, else Frobenius
    are_relative: bool  # the update norms
    mean_kl: float | None


def find_pressure(record: TrainingRecord, *, rank: int, scale: float, num_layers: int, base_layers: int | None) -> Pressure:
    """Take what a record says; `base_layers` are all of the base's."""
    steps, batch_size = record.effective_updates, record.batch_size
    rows = record.examples_seen
    if rows is None and record.iterations is not None and batch_size is not None:
        rows = record.iterations * batch_size
    return Pressure(
        learning_rate=record.learning_rate,
        iterations=record.iterations,
        optimizer_steps=steps,
        batch_size=batch_size,
        effective_gradient=rows,
        reach=record.learning_rate * steps if record.learning_rate is not None and steps is not None else None,
        rank=rank,
        scale=scale,
        num_layers=num_layers,
        share_of_layers=num_layers / base_layers if base_layers else None,
    )


def find_ratio(value: float | None, other: float | None) -> float | None:
    """Say how many times `other` a value is."""
    return value / other if value is not None and other and other > 0 and value >= 0 else None
