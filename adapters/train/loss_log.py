"""`losses.jsonl`, a line a step and a line a validation, and the curves drawn of it: equal trainings give equal bytes."""

import contextlib
import itertools
from collections.abc import Iterator
from pathlib import Path

import msgspec

from adapters.charts.lines import Curve, draw_curves
from adapters.files.file_writing import replace_file


class StepLoss(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A step of the optimiser."""

    step: int
    loss: float  # a token, over all that the step learnt
    targets: int
    learning_rate: float
    gradient_norm: float  # before it is shortened


class ValidationLoss(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A pass over the validation file, after so many steps."""

    step: int
    validation_loss: float  # a token
    targets: int


Line = StepLoss | ValidationLoss


class LossLog:
    """All the losses until now, in memory and, once it is open, in the file."""

    def __init__(self, file: Path, *, until: int) -> None:
        """Read the lines as far as step `until`: what follows was done by a training that did not get to save it."""
        kept = [line for line in _read(file) if line.step <= until]
        self.steps = [line for line in kept if isinstance(line, StepLoss)]
        self.validations = [line for line in kept if isinstance(line, ValidationLoss)]
        self._file = file
        self._kept = kept

    @contextlib.contextmanager
    def open(self) -> Iterator[None]:
        """Cut the file to what was read of it, and go on from there."""
        replace_file(self._file, (msgspec.json.encode(line) + b"\n" for line in self._kept))
        with self._file.open("ab") as self._stream:
            yield

    def add(self, line: Line) -> None:
        """Write a line, so that who follows the file sees it at once."""
        (self.steps if isinstance(line, StepLoss) else self.validations).append(line)  # type: ignore[arg-type]
        self._stream.write(msgspec.json.encode(line) + b"\n")
        self._stream.flush()

    def forget_validation(self, step: int) -> None:
        """Leave out the validation after so many steps, before the file is opened: it was of other rows."""
        self._kept = [line for line in self._kept if isinstance(line, StepLoss) or line.step != step]
        self.validations = [line for line in self.validations if line.step != step]

    def find_mean(self, num_steps: int) -> float | None:
        """Give the loss a token over the last steps."""
        last = self.steps[-num_steps:]
        targets = sum(line.targets for line in last)
        return sum(line.loss * line.targets for line in last) / targets if targets else None

    def find_validation(self, step: int) -> float | None:
        """Give the validation loss of the weights after so many steps."""
        return next((line.validation_loss for line in reversed(self.validations) if line.step == step), None)

    def draw(self, file: Path) -> None:
        """Draw the curves."""
        curves = [Curve(name="training", points=tuple((line.step, line.loss) for line in self.steps))]
        if self.validations:
            curves.append(Curve(name="validation", points=tuple((line.step, line.validation_loss) for line in self.validations)))
        drawn = draw_curves(curves, title="Loss a token", x_name="steps of the optimiser", y_name="loss")
        replace_file(file, [drawn.encode()])


def _read(file: Path) -> Iterator[Line]:
    """Read the lines as far as they are whole, and go up."""
    before = 0
    for content in itertools.takewhile(bool, _split(file)):
        try:
            shape: type[Line] = ValidationLoss if b'"validation_loss"' in content else StepLoss
            line = msgspec.json.decode(content, type=shape)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            return
        if line.step < before:
            return
        before = line.step
        yield line


def _split(file: Path) -> list[bytes]:
    return file.read_bytes().split(b"\n")[:-1] if file.exists() else []  # what stands behind the last line's end is torn
