"""Start a server as a process of its own, wait until it answers, and end it."""

import json
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
from urllib.parse import urlsplit

import msgspec

ROOT = Path(__file__).parents[1]
START_TIMEOUT_S = 600.0  # a real model's first read from a cold disk, with other work on the machine
STOP_TIMEOUT_S = 20.0
HOST = "127.0.0.1"


class Endpoint(msgspec.Struct, frozen=True, kw_only=True):
    """An OpenAI-compatible server over plain HTTP."""

    host: str = HOST
    port: int
    path: str = "/v1"
    model: str = "bench"
    pid: int | None = None  # of the process, where it was started here

    def completion_request(self, body: bytes) -> bytes:
        """Write a request for an answer, after which the server closes the connection."""
        where = f"POST {self.path}/chat/completions HTTP/1.1\r\nHost: {self.host}:{self.port}\r\n"
        what = f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        return f"{where}{what}".encode() + body


def find_endpoint(url: str, model: str | None) -> Endpoint:
    """Read the address of a server that runs, with or without `/v1`; without a model take the first that it lists."""
    parts = urlsplit(url)
    if parts.scheme != "http" or not parts.hostname:
        raise ValueError(f"expected http://HOST:PORT, got {url!r}: the client speaks plain HTTP only")
    found = Endpoint(host=parts.hostname, port=parts.port or 80, path=f"{parts.path.rstrip('/').removesuffix('/v1')}/v1", model=model or "")
    return found if model else msgspec.structs.replace(found, model=_first_model(found))


def _first_model(endpoint: Endpoint) -> str:
    url = f"http://{endpoint.host}:{endpoint.port}{endpoint.path}/models"
    try:
        with urllib.request.urlopen(url, timeout=30) as response:
            return str(json.load(response)["data"][0]["id"])
    except OSError as exc:
        raise RuntimeError(f"expected a server that lists its models at {url}: {exc}") from exc


@contextmanager
def served(module: str, arguments: Sequence[str], *, log: Path, model: str = "bench", checkout: Path = ROOT) -> Iterator[Endpoint]:
    """Run `python -m module … --port N` in a checkout and give its address once `/v1/models` answers; its output goes to `log`."""
    port = _free_port()
    with log.open("w") as output:
        command = [sys.executable, "-m", module, *arguments, "--host", HOST, "--port", str(port)]
        environment = os.environ | {"HF_HUB_OFFLINE": "1"}
        process = subprocess.Popen(command, cwd=checkout, stdout=output, stderr=subprocess.STDOUT, env=environment)
        try:
            _wait_until_ready(port, process, log)
            yield Endpoint(port=port, model=model, pid=process.pid)
        finally:
            end_process(process)


def end_process(process: subprocess.Popen[bytes]) -> None:
    """Ask it to end, and make it if it does not."""
    process.terminate()
    try:
        process.wait(timeout=STOP_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


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
