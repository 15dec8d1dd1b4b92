"""How far a training is, said to whoever started it: a line that is rewritten on a terminal, elsewhere a line now and then."""

import sys
import time
from collections import deque
from collections.abc import Callable
from typing import NamedTuple

import mlx.core as mx

EVERY_S = 15.0  # between two lines
RECENT = 10  # steps whose mean is shown
GIB = 1 << 30


class Shown(NamedTuple):
    """A step, as far as progress shows it."""

    at_s: float
    loss: float
    num_targets: int


class Progress:
    """Says how far the training is; other words go through it too, so that they do not end up in the middle of a rewritten line."""

    def __init__(self, tell: Callable[[object], None], *, first: int, num_steps: int) -> None:
        self._tell = tell
        self._num_steps = num_steps
        self._first = first
        self._recent: deque[Shown] = deque(maxlen=RECENT)
        self._began_s = time.monotonic()
        self._said_s = 0.0
        self._width = 0  # of the line that can be rewritten
        self.validation_loss: float | None = None

    def tell(self, words: object) -> None:
        """Say something else."""
        if self._width:
            print(file=sys.stderr, flush=True)
            self._width = 0
        self._tell(words)

    def show(self, step: int, *, loss: float, num_targets: int) -> None:
        """Show a step that was taken."""
        now = time.monotonic()
        self._recent.append(Shown(now, loss, num_targets))
        if sys.stderr.isatty():
            line = self._describe(step, now)
            print("\r" + line.ljust(self._width), end="", file=sys.stderr, flush=True)
            self._width = len(line)
        elif now - self._said_s >= EVERY_S or step == self._num_steps:
            self._said_s = now
            self._tell(self._describe(step, now))

    def _describe(self, step: int, now: float) -> str:
        done = step - self._first
        parts = [f"step {step} of {self._num_steps}", f"loss {sum(one.loss for one in self._recent) / len(self._recent):.3f}"]
        if self.validation_loss is not None:
            parts.append(f"validation {self.validation_loss:.3f}")
        began_s = self._recent[0].at_s if len(self._recent) > 1 else self._began_s
        num_targets = sum(one.num_targets for one in list(self._recent)[1 if len(self._recent) > 1 else 0 :])
        parts.append(f"{num_targets / max(now - began_s, 1e-9):.0f} trained tokens/s")
        parts.append(f"peak {mx.get_peak_memory() / GIB:.2f} GiB")
        if left := self._num_steps - step:
            parts.append(f"{_write_time(left * (now - self._began_s) / done)} left")
        return ", ".join(parts)


def _write_time(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min {rest:02} s" if minutes else f"{rest} s"
