"""Ctrl-C and SIGTERM while a training runs: the step under way ends, and a checkpoint is saved."""

import contextlib
import signal
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any, Self

from adapters.command import INTERRUPTED

TERMINATED = 143  # as a shell counts it: 128 and SIGTERM
EXIT_CODES = {signal.SIGINT: INTERRUPTED, signal.SIGTERM: TERMINATED}


class Interruption:
    """Listens while it is entered, in the main thread; elsewhere signals are not a training's to take."""

    def __init__(self, tell: Callable[[object], None]) -> None:
        self._tell = tell
        self._before: dict[signal.Signals, Any] = {}
        self.received: signal.Signals | None = None

    @property
    def exit_code(self) -> int:
        """What a command that was interrupted so ends with."""
        return EXIT_CODES[self.received] if self.received else 0

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            self._before = {one: signal.signal(one, self._receive) for one in EXIT_CODES}
        return self

    def __exit__(self, *_: object) -> None:
        for one, handler in self._before.items():
            signal.signal(one, handler)

    def _receive(self, number: int, _: FrameType | None) -> None:
        if self.received:
            raise KeyboardInterrupt
        self.received = signal.Signals(number)
        with contextlib.suppress(RuntimeError):  # where it came in the middle of another word
            self._tell(f"{self.received.name}: this step is finished and a checkpoint saved; once more ends it at once")
