"""The process of `bench.bare_model`, started and asked for waves."""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import msgspec

from bench.endpoint import ROOT, end_process
from bench.load import Measurement, Request, Wave, summarise


class BareProcess:
    """Both ends of its pipes."""

    def __init__(self, requests: IO[bytes], waves: IO[bytes]) -> None:
        self._requests = requests
        self._waves = waves

    def measure(self, *waves: Sequence[Request]) -> Measurement:
        """Have the waves answered, each right after the one before."""
        return summarise([self._ask(requests) for requests in waves])

    def _ask(self, requests: Sequence[Request]) -> Wave:
        self._requests.write(msgspec.json.encode(requests) + b"\n")
        self._requests.flush()
        line = self._waves.readline()
        if not line:
            raise RuntimeError("the bare model's process has ended; see its output above")
        return msgspec.json.decode(line, type=Wave)


@contextmanager
def bare_process(folder: Path) -> Iterator[BareProcess]:
    """Start it on a model's folder; the first wave waits until the model is loaded."""
    command = [sys.executable, "-m", "bench.bare_model", str(folder)]
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdin is not None and process.stdout is not None
    try:
        yield BareProcess(process.stdin, process.stdout)
    finally:
        process.stdin.close()
        end_process(process)
        process.stdout.close()
