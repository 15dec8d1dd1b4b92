"""Clients that go away, slow ones and large ones, on a real uvicorn."""

import asyncio
import json
import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest

from server.answers import group
from server.exchange import exchange
from server.settings.settings import Settings
from tests.server.fake_engine import BASE, FakeEngine
from tests.server.live_server import TIMEOUT_S, LiveServer
from tests.server.scraping import BASE_LABELS, find

URL = "/v1/chat/completions"


def write_request(body: bytes) -> bytes:
    head = f"POST {URL} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("gate_at", [0, 2])
def test_a_client_that_goes_away_cancels_its_generation(stream: bool, gate_at: int, chat: dict[str, Any]) -> None:
    engine = FakeEngine()
    engine.gate, engine.gate_at = asyncio.Event(), gate_at
    with LiveServer(engine) as server, server.connect() as scraper:
        with socket.create_connection(("127.0.0.1", server.port), TIMEOUT_S) as client:
            client.sendall(write_request(json.dumps(chat | {"stream": stream}).encode()))
            server.run(engine.has_reached_gate.wait())
            assert engine.cancelled == []
        server.run(engine.was_cancelled.wait())  # by nothing but the closed connection: the gate never opens
        text = scraper.get("/metrics").text
    assert engine.cancelled == [engine.generations[0].id]
    assert find(text, "candor_requests_total", outcome="disconnected", **BASE_LABELS) == 1
    assert find(text, "candor_requests_waiting", **BASE_LABELS) == 0
    assert find(text, "candor_requests_running", **BASE_LABELS) == 0


def test_a_client_that_goes_away_among_signs_of_life_cancels_its_generation(chat: dict[str, Any]) -> None:
    engine = FakeEngine()
    engine.gate = asyncio.Event()
    with LiveServer(engine, Settings(heartbeat_s=0.01)) as server, server.connect() as scraper:
        with socket.create_connection(("127.0.0.1", server.port), TIMEOUT_S) as client:
            client.sendall(write_request(json.dumps(chat | {"stream": True}).encode()))
            received = b""
            while received.count(b": keep-alive") < 3:
                received += client.recv(65536)
            assert engine.cancelled == []
        server.run(engine.was_cancelled.wait())  # the gate never opens
        text = scraper.get("/metrics").text
    assert engine.cancelled == [engine.generations[0].id]
    assert find(text, "candor_requests_total", outcome="disconnected", **BASE_LABELS) == 1
    assert find(text, "candor_requests_waiting", **BASE_LABELS) == 0


def test_a_client_that_stops_reading_and_goes_away_cancels_its_generation(chat: dict[str, Any]) -> None:
    engine = FakeEngine(["some words " * 1000] * 10_000)  # far more than the sockets' buffers: the answer is stuck in `send`
    with LiveServer(engine) as server, socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.settimeout(TIMEOUT_S)
        client.connect(("127.0.0.1", server.port))
        client.sendall(write_request(json.dumps(chat | {"stream": True}).encode()))
        client.recv(1000)
        client.close()
        server.run(engine.was_cancelled.wait())
    assert engine.cancelled == [engine.generations[0].id]


def test_a_client_that_stops_reading_holds_its_request_no_longer_than_the_deadline(
    chat: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(group, "STOP_GRACE_S", 0.1)
    monkeypatch.setattr(exchange, "_LAST_WORD_TIMEOUT_S", 0.1)
    engine = FakeEngine(["some words " * 1000] * 10_000)
    with LiveServer(engine, Settings(request_timeout_s=0.5)) as server, server.connect() as scraper, socket.socket() as client:
        server.shrink_send_buffers()
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.settimeout(TIMEOUT_S)
        client.connect(("127.0.0.1", server.port))
        client.sendall(write_request(json.dumps(chat | {"stream": True}).encode()))
        server.run(engine.was_cancelled.wait())  # the client never reads and never leaves
        deadline_s = time.monotonic() + TIMEOUT_S
        while find(text := scraper.get("/metrics").text, "candor_requests_total", outcome="timed_out", **BASE_LABELS) == 0:
            assert time.monotonic() < deadline_s
    assert find(text, "candor_requests_running", **BASE_LABELS) == 0


def test_the_other_clients_go_on(chat: dict[str, Any]) -> None:
    engine = FakeEngine()
    gate = engine.gate = asyncio.Event()
    with LiveServer(engine) as server, server.connect() as other:
        with socket.create_connection(("127.0.0.1", server.port), TIMEOUT_S) as client:
            client.sendall(write_request(json.dumps(chat).encode()))
            server.run(engine.has_reached_gate.wait())
        server.run(engine.was_cancelled.wait())
        server.set(gate)
        assert other.post(URL, json=chat).json()["model"] == BASE.id


def test_a_slow_body_is_408_and_the_connection_is_closed() -> None:
    with (
        LiveServer(FakeEngine(), Settings(body_timeout_s=0.1)) as server,
        socket.create_connection(("127.0.0.1", server.port), TIMEOUT_S) as client,
    ):
        client.sendall(write_request(b"{" + b" " * 99)[:-50])
        answer = b"".join(iter(lambda: client.recv(65536), b""))
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b'"type":"timeout_error"' in answer


@pytest.mark.parametrize("is_chunked", [False, True])
def test_a_large_body_is_413(is_chunked: bool) -> None:
    def chunks() -> Iterator[bytes]:
        for _ in range(100):
            yield b"x" * 10_000

    with LiveServer(FakeEngine(), Settings(max_body_bytes=20_000)) as server, server.connect() as client:
        content = chunks() if is_chunked else b"x" * 1_000_000
        response = client.post(URL, content=content, headers={"content-type": "application/json"})
        assert response.status_code == 413
        assert response.json()["error"]["message"].endswith("larger than the 20000 bytes this server takes.")
        assert client.get("/health").status_code == 200


def test_bytes_that_are_no_http_are_answered_400() -> None:
    with LiveServer(FakeEngine()) as server, socket.create_connection(("127.0.0.1", server.port), TIMEOUT_S) as client:
        client.sendall(b"\x16\x03\x01 hello\r\n\r\n")
        assert client.recv(100).startswith(b"HTTP/1.1 400")
