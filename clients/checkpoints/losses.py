"""The losses of a training, out of `losses.jsonl`; of many the means of stretches, so that a report can hold them."""

from collections.abc import Sequence
from math import ceil, isfinite
from pathlib import Path
from statistics import fmean

import msgspec

from clients.checkpoints.training_record import read_small_file

LOSSES = "losses.jsonl"
MOST_BYTES = 64 << 20
MOST_POINTS = 300  # of either kind


class LossLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line: of training, of validation, or of both."""

    step: int
    loss: float | None = None
    validation_loss: float | None = None


class LossPoint(msgspec.Struct, frozen=True, kw_only=True):
    """A loss at a step, or the mean of a stretch of steps at its last one."""

    step: int
    loss: float


class Losses(msgspec.Struct, frozen=True, kw_only=True):
    """Both curves; empty where nothing was written."""

    training: tuple[LossPoint, ...] = ()
    validation: tuple[LossPoint, ...] = ()


def read_losses(run: Path) -> Losses:
    """Read the losses of a run, without the lines that are none and those of no finite number."""
    lines = []
    for line in (read_small_file(run / LOSSES, MOST_BYTES) or b"").splitlines():
        try:
            lines.append(msgspec.json.decode(line, type=LossLine))
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            continue
    return Losses(
        training=_thin([(line.step, line.loss) for line in lines if line.loss is not None]),
        validation=_thin([(line.step, line.validation_loss) for line in lines if line.validation_loss is not None]),
    )


def _thin(points: Sequence[tuple[int, float]]) -> tuple[LossPoint, ...]:
    finite = sorted((step, loss) for step, loss in points if isfinite(loss))
    width = max(1, ceil(len(finite) / MOST_POINTS))
    stretches = [finite[start : start + width] for start in range(0, len(finite), width)]
    return tuple(LossPoint(step=stretch[-1][0], loss=fmean(loss for _, loss in stretch)) for stretch in stretches)
