"""The process: where it listens, and how it goes."""

import json
import logging
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import httpx
import pytest

from server.app import create_app
from server.http.serving import BindError, bind, is_worth_a_line, serve
from server.settings.settings import Settings
from tests.server.fake_engine import FakeEngine
from tests.server.live_server import TIMEOUT_S

CHECKOUT = Path(__file__).resolve().parents[3]
# Its engine holds the second piece back until the file descriptor on stdin is closed.
SCRIPT = """
import asyncio, sys, threading
from server.app import create_app
from server.http.serving import bind, configure_logging, serve
from server.settings.settings import Settings
from tests.server.fake_engine import FakeEngine

class ClosingEngine(FakeEngine):
    async def generate(self, generation):
        loop = asyncio.get_running_loop()
        self.gate = asyncio.Event()
        threading.Thread(target=lambda: (sys.stdin.read(), loop.call_soon_threadsafe(self.gate.set)), daemon=True).start()
        async for event in super().generate(generation):
            yield event

    async def close(self, grace_s):
        await super().close(grace_s)
        print("engine closed", flush=True)

configure_logging()
engine = ClosingEngine()
engine.gate_at = 1
serve(create_app(engine, Settings()), bind("127.0.0.1", 0), models=engine.models(), grace_s=600)
"""


@pytest.fixture
def process() -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-c", SCRIPT], cwd=CHECKOUT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        yield process
        process.kill()


def piped(stream: IO[str] | None) -> IO[str]:
    assert stream is not None
    return stream


def test_sigterm_lets_the_running_answer_end_and_takes_no_new_one(process: subprocess.Popen[str]) -> None:
    announcement = piped(process.stdout).readline()
    assert announcement.startswith("serving gemma-3-demo with the adapters lek-demo on http://127.0.0.1:")
    url = announcement.split()[-1]
    chat = {"model": "lek-demo", "messages": [{"role": "user", "content": "Hello"}], "stream": True}
    with httpx.Client(base_url=url, timeout=TIMEOUT_S) as client, client.stream("POST", "/v1/chat/completions", json=chat) as response:
        lines = response.iter_lines()
        next(lines)
        process.send_signal(signal.SIGTERM)
        while "Shutting down" not in (line := piped(process.stderr).readline()):
            assert line
        with pytest.raises(httpx.ConnectError):
            httpx.get(f"{url}/health")
        piped(process.stdin).close()
        assert "data: [DONE]" in list(lines)
    assert piped(process.stdout).readline() == "engine closed\n"
    assert process.wait(TIMEOUT_S) == -signal.SIGTERM  # uvicorn passes the signal on when all is done
    assert "Traceback" not in piped(process.stderr).read()


def test_a_port_in_use_is_an_error_for_people() -> None:
    with bind("127.0.0.1", 0) as taken:
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(BindError, match=f"cannot listen on 127.0.0.1 port {port}: .*--port"):
            bind("127.0.0.1", port)


def test_a_host_that_is_nowhere_is_an_error_for_people() -> None:
    with pytest.raises(BindError, match=r"cannot listen on no\.such\.host\.invalid"):
        bind("no.such.host.invalid", 0)


def test_a_free_port_is_found() -> None:
    with bind("localhost", 0) as listener:
        assert listener.family in (socket.AF_INET, socket.AF_INET6)
        assert listener.getsockname()[1] > 0


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_two_signals_end_the_running_answer_with_what_there_is_and_close_the_engine(process: subprocess.Popen[str], sent: int) -> None:
    url = piped(process.stdout).readline().split()[-1]
    chat = {"model": "lek-demo", "messages": [{"role": "user", "content": "Hello"}], "stream": True}
    with httpx.Client(base_url=url, timeout=TIMEOUT_S) as client, client.stream("POST", "/v1/chat/completions", json=chat) as response:
        lines = response.iter_lines()
        next(lines)
        for said in ("Waiting for connections", "Application shutdown complete"):
            process.send_signal(sent)
            while said not in (line := piped(process.stderr).readline()):
                assert line
        *_, last, _, done, _ = lines
    assert done == "data: [DONE]"
    choice = json.loads(last.removeprefix("data: "))
    assert (choice["choices"][0]["finish_reason"], choice["metadata"]["stopped_by"]) == ("length", "shutdown")
    assert piped(process.stdout).readline() == "engine closed\n"
    process.wait(TIMEOUT_S)
    assert "Exception in ASGI application" not in piped(process.stderr).read()


def test_another_that_was_faster_to_listen_is_an_error_for_people() -> None:
    engine = FakeEngine()
    with bind("127.0.0.1", 0) as late, socket.socket() as early:
        early.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        early.bind(late.getsockname())
        early.listen()
        with pytest.raises(BindError, match=r"cannot listen: .*--port"):
            serve(create_app(engine, Settings()), late, models=engine.models(), grace_s=1)
    assert engine.grace_s is not None


@pytest.mark.parametrize(
    ("path", "status", "is_logged"),
    [("/board/state?seen=3", 200, False), ("/board/state", 401, True), ("/", 200, True), ("/v1/models", 200, True)],
)
def test_the_log_does_not_drown_in_what_an_open_board_asks(path: str, status: int, is_logged: bool) -> None:
    arguments = ("127.0.0.1:5", "GET", path, "1.1", status)
    record = logging.LogRecord("uvicorn.access", logging.INFO, "", 0, '%s - "%s %s HTTP/%s" %d', arguments, None)
    assert is_worth_a_line(record) == is_logged
