"""Commands that go on while others run, such as `make serve`."""

import os
import signal
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.outside.pages.newcomer import make_environment

READY_TIMEOUT_S = 600  # the first `make serve` installs
SETTLED_S = 3  # what is still there then has started
STOP_TIMEOUT_S = 30


class Staying:
    """The commands that run now, by their first two words."""

    def __init__(self, folder: Path, logs: Path) -> None:
        self._folder = folder
        self._logs = logs
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None) -> None:
        for process in self._running.values():
            _stop(process)

    def start(self, command: str) -> tuple[bool, str]:
        """Start a command, in place of the same one; tell whether it came up, and what it said."""
        name = " ".join(command.split()[:2])
        if name in self._running:
            _stop(self._running.pop(name))
        log = self._logs / f"{name.replace(' ', '-').replace('/', '-')}.log"
        with log.open("wb") as said:
            process = subprocess.Popen(
                ["bash", "-e", "-c", command],
                cwd=self._folder,
                env=make_environment(),
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                start_new_session=True,
            )
        self._running[name] = process
        return _is_up(process, log, serves=name == "make serve"), log.read_text()


def _is_up(process: subprocess.Popen[bytes], log: Path, *, serves: bool) -> bool:
    """Wait until a server says that it serves, and anything else has not ended at once."""
    deadline_s = time.monotonic() + (READY_TIMEOUT_S if serves else SETTLED_S)
    while time.monotonic() < deadline_s:
        if process.poll() is not None:
            return False
        if serves and "\nserving " in f"\n{log.read_text()}":
            return True
        time.sleep(0.1)
    return not serves


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End a command and all it started, as Ctrl-C does."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGINT)
    try:
        process.wait(STOP_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
