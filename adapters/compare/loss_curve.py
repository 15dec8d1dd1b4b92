"""The losses of a training, as `losses.jsonl` keeps them, and what they say: when the gain ended, and when over-fitting began.

A step's loss is that of one batch, and jumps from one to the next. So a run is read in NUM_STRETCHES stretches, each the mean of its
steps and of its neighbours'. Its end is its last fifth, its gain the way from the first stretch to the end. The gain was flat after the
first stretch that was within LEFT_OVER of the gain of the end. A run whose end lies above its lowest stretch by LOST of what had been
gained went back up. Over-fitting began at the step with the lowest validation loss, if validation has risen by WORSE since, while the
training loss went on falling.
"""

import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Literal

import msgspec

FILE_NAME = "losses.jsonl"
MAX_FILE_BYTES = 256 << 20
NUM_STRETCHES, NUM_LAST = 20, 4
FEWEST_STEPS = 20  # of fewer no stretch would be the mean of anything
LEFT_OVER = 0.05  # of the gain
LOST = 0.25  # of the gain
LEAST_GAIN = 0.01  # of the first loss: what is less is no gain
LONG_FLAT = 0.25  # of the run: a gain that ends in its last part is how a training should end
WORSE = 0.01  # of the lowest validation loss
FEWEST_VALIDATIONS = 3

Point = tuple[int, float]
Trend = Literal["falling", "flat", "unmoved", "rising"]


class LossCurve(msgspec.Struct, frozen=True, kw_only=True):
    """Losses by step, nats a token."""

    training: tuple[Point, ...]
    validation: tuple[Point, ...]


class CurveReading(msgspec.Struct, frozen=True, kw_only=True):
    """What the curve says; None where it is too short to say it."""

    num_steps: int
    trend: Trend | None
    first_loss: float | None  # mean over the first stretch
    last_loss: float | None
    flat_from: int | None  # the step after which nothing was gained, where it was long before the end
    first_validation_loss: float | None
    best_validation_loss: float | None
    best_validation_step: int | None
    last_validation_loss: float | None
    overfit_from: int | None


def find_losses(folder: Path) -> LossCurve | None:
    """Read the losses of the training that made the adapter in `folder`, a checkpoint's as far as its step; None where there are none.

    Lines that say nothing of a loss are passed over: the last of a run that was killed may be half a line.
    """
    step = find_step(folder)
    file = (folder if step is None else folder.parent.parent) / FILE_NAME
    try:
        if not file.is_file() or file.stat().st_size > MAX_FILE_BYTES:
            return None
        lines = [line for raw in file.read_bytes().splitlines() if (line := _decode(raw))]
    except OSError:
        return None
    last = math.inf if step is None else step
    training, validation = (tuple(point for point in _points(lines, key) if point[0] <= last) for key in ("loss", "validation_loss"))
    return LossCurve(training=training, validation=validation) if training or validation else None


def find_step(folder: Path) -> int | None:
    """Give the step after which a checkpoint was saved; None for any other folder."""
    is_checkpoint = folder.parent.name == "checkpoints" and folder.name.isascii() and folder.name.isdecimal()
    return int(folder.name) if is_checkpoint else None


def read_curve(curve: LossCurve) -> CurveReading:
    """Say what a curve says, by the rules above."""
    stretches = _stretch(curve.training)
    means = [mean for _, mean in stretches]
    trend, flat_from = _find_trend(stretches) if len(curve.training) >= FEWEST_STEPS else (None, None)
    best = min(curve.validation, key=lambda point: (point[1], point[0]), default=None)
    return CurveReading(
        num_steps=curve.training[-1][0] if curve.training else 0,
        trend=trend,
        first_loss=means[0] if means else None,
        last_loss=means[-1] if means else None,
        flat_from=flat_from,
        first_validation_loss=curve.validation[0][1] if curve.validation else None,
        best_validation_loss=best[1] if best else None,
        best_validation_step=best[0] if best else None,
        last_validation_loss=curve.validation[-1][1] if curve.validation else None,
        overfit_from=_find_overfit(curve, best),
    )


def _find_trend(stretches: Sequence[Point]) -> tuple[Trend, int | None]:
    means = [mean for _, mean in stretches]
    smooth = [_mean(means[max(0, place - 1) : place + 2]) for place in range(len(means))]
    first, lowest, end = means[0], min(smooth), _mean(means[-NUM_LAST:])
    least = LEAST_GAIN * abs(first)
    if end - lowest > max(LOST * (first - lowest), least):
        return "rising", None
    if first - end < least:
        return "unmoved", None
    reached = next(place for place in range(len(smooth)) if smooth[place] - end <= LEFT_OVER * (first - end))
    is_long = len(means) - 1 - reached >= LONG_FLAT * len(means)
    return ("flat", stretches[reached][0]) if is_long else ("falling", None)


def _find_overfit(curve: LossCurve, best: Point | None) -> int | None:
    if best is None or len(curve.validation) < FEWEST_VALIDATIONS or curve.validation[-1][1] < best[1] * (1 + WORSE):
        return None
    before = [loss for step, loss in curve.training if step <= best[0]]
    since = [loss for step, loss in curve.training if step > best[0]]
    num_compared = max(1, min(len(before), len(since)) // 2)
    if not before or not since or _mean(since[-num_compared:]) >= _mean(before[-num_compared:]):
        return None
    return best[0]


def _stretch(points: Sequence[Point]) -> list[Point]:
    """Cut a run into stretches of as many steps: the last step of each, and the mean of its losses."""
    num_stretches = min(NUM_STRETCHES, len(points))
    ends = [len(points) * number // num_stretches for number in range(1, num_stretches + 1)]
    starts = [0, *ends[:-1]]
    return [(points[end - 1][0], _mean([loss for _, loss in points[start:end]])) for start, end in zip(starts, ends, strict=True)]


def _decode(line: bytes) -> dict[str, Any] | None:
    try:
        return msgspec.json.decode(line, type=dict[str, Any])
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None


def _points(lines: Sequence[dict[str, Any]], key: str) -> Iterator[Point]:
    """Give the points of one kind, a step once and ascending: what was done again after a crash counts as it was done last."""
    found: dict[int, float] = {}
    for line in lines:
        step, loss = line.get("step"), line.get(key)
        if type(step) is int and isinstance(loss, int | float) and not isinstance(loss, bool) and math.isfinite(loss):
            found[step] = float(loss)
    yield from sorted(found.items())


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
