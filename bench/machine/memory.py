"""The most resident memory that a process has while something else goes on."""

import threading
from types import TracebackType
from typing import Self

from bench.soak import resident_bytes

PERIOD_S = 0.1


class PeakMemory:
    """Reads a process's resident memory ten times a second while the `with` lasts."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self.peak_bytes = resident_bytes(pid)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None) -> None:
        self._is_over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._is_over.wait(PERIOD_S):
            self.peak_bytes = max(self.peak_bytes, resident_bytes(self._pid))
