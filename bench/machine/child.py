"""A module of this package as a process of its own, which takes and gives lines of JSON."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from bench.endpoint import ROOT, end_process


class ChildEnded(Exception):
    """The process gave no line where one was due; what it said is in its log."""


class Child:
    """Both ends of its pipes."""

    def __init__(self, requests: IO[bytes], replies: IO[bytes]) -> None:
        self._requests = requests
        self._replies = replies

    def ask(self, request: bytes) -> bytes:
        """Send a line and wait for one. Raises ChildEnded."""
        try:
            self._requests.write(request + b"\n")
            self._requests.flush()
        except BrokenPipeError as exc:
            raise ChildEnded from exc
        return self.read()

    def read(self) -> bytes:
        """Wait for the next line. Raises ChildEnded."""
        if line := self._replies.readline():
            return line
        raise ChildEnded


@contextmanager
def child(module: str, *arguments: str, log: Path) -> Iterator[Child]:
    """Run `python -m bench.machine.MODULE`, with its errors in `log`, and end it."""
    command = [sys.executable, "-m", f"bench.machine.{module}", *arguments]
    with log.open("w") as output:
        process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=output)
        assert process.stdin is not None and process.stdout is not None
        try:
            yield Child(process.stdin, process.stdout)
        finally:
            end_process(process)
            for pipe in (process.stdin, process.stdout):
                pipe.close()
