"""Start a server as a process of its own, wait until it answers, and end it."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

START_TIMEOUT_S = 120.0
HOST = "127.0.0.1"


@contextmanager
def served(module: str, arguments: Sequence[str], *, log: Path) -> Iterator[int]:
    """Run `python -m module … --port N` and give its port once `/v1/models` answers; its output goes to `log`."""
    port = _free_port()
    with log.open("w") as output:
        command = [sys.executable, "-m", module, *arguments, "--host", HOST, "--port", str(port)]
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, env=os.environ | {"HF_HUB_OFFLINE": "1"})
        try:
            _wait_until_ready(port, process, log)
            yield port
        finally:
            process.terminate()
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_until_ready(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline_s = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline_s:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with {process.returncode}; its output:\n{log.read_text()}")
        try:
            with urllib.request.urlopen(f"http://{HOST}:{port}/v1/models", timeout=5):
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.2)
    raise RuntimeError(f"the server did not answer within {START_TIMEOUT_S:.0f} s; its output:\n{log.read_text()}")
