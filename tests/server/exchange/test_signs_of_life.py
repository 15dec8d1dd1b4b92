"""Streams whose first token takes longer than proxies wait."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest
from litestar.testing import TestClient

from server.app import create_app
from server.chat.chunks import ChatChunks
from server.engine.errors import AdapterWithdrawn, EngineError, EngineUnavailable, LogitsNotFinite, RowFailed
from server.exchange.reply import StreamedReply
from server.settings.settings import Settings
from tests.server.chat.test_rendering import SCORED, make_head, parse_events, spell
from tests.server.fake_engine import FakeEngine
from tests.server.live_server import LiveServer
from tests.server.scraping import BASE_LABELS, find

URL = "/v1/chat/completions"
COMMENT = ": keep-alive"


def read_data(lines: Iterator[str]) -> list[str]:
    """What the events hold that still come; between them may be comments and nothing else."""
    rest = [line for line in lines if line not in ("", COMMENT)]
    assert all(line.startswith("data: ") for line in rest)
    return [line.removeprefix("data: ") for line in rest]


def test_a_stream_begins_with_comments_where_its_first_token_takes_long(engine: FakeEngine, chat: dict[str, Any]) -> None:
    gate = engine.gate = asyncio.Event()
    with (
        LiveServer(engine, Settings(heartbeat_s=0.01)) as server,
        server.connect() as client,
        client.stream("POST", URL, json=chat | {"stream": True}) as response,
    ):
        assert response.status_code == 200  # while the gate is closed
        assert response.headers["content-type"] == "text/event-stream; charset=utf-8"
        lines = response.iter_lines()
        assert [next(lines) for _ in range(4)] == [COMMENT, "", COMMENT, ""]
        server.set(gate)
        *chunks, done = read_data(lines)
    deltas = [json.loads(chunk)["choices"][0]["delta"] for chunk in chunks]
    assert deltas[0] == {"role": "assistant", "content": "", "refusal": None}
    assert "".join(delta.get("content", "") for delta in deltas) == "Hello there."
    assert [delta for delta in deltas if "role" in delta] == deltas[:1]
    assert done == "[DONE]"


def test_an_answer_that_ends_after_comments_without_a_piece_is_whole() -> None:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def reply_to_nobody() -> None:
        reply = StreamedReply(ChatChunks(make_head(), spell=spell, include_usage=False), send)
        await reply.keep_alive()
        await reply.take(0, SCORED)
        await reply.close()

    asyncio.run(reply_to_nobody())
    start, comment, *rest = sent
    assert (start["status"], comment["body"]) == (200, b": keep-alive\n\n")
    first, last, done = parse_events(b"".join(message["body"] for message in rest))
    assert first["choices"][0]["delta"]["role"] == "assistant"
    assert (last["choices"][0]["finish_reason"], done) == ("length", "[DONE]")
    assert [message.get("more_body") for message in sent] == [None, True, True, False]


@pytest.mark.parametrize(
    ("failure", "code"),
    [
        (AdapterWithdrawn("lek-demo"), "adapter_withdrawn"),
        (EngineUnavailable("draining"), "engine_unavailable"),
        (RowFailed("secret"), "internal_error"),
        (LogitsNotFinite(3), "logits_not_finite"),
    ],
)
def test_a_failure_after_comments_is_the_last_event(failure: EngineError, code: str, engine: FakeEngine, chat: dict[str, Any]) -> None:
    gate = engine.gate = asyncio.Event()
    engine.failure = failure
    with (
        LiveServer(engine, Settings(heartbeat_s=0.01)) as server,
        server.connect() as client,
        client.stream("POST", URL, json=chat | {"stream": True}) as response,
    ):
        assert response.status_code == 200
        server.set(gate)
        (event,) = read_data(response.iter_lines())
    assert json.loads(event)["error"]["code"] == code
    assert "secret" not in event


def test_the_deadline_after_comments_is_the_last_event(engine: FakeEngine, chat: dict[str, Any]) -> None:
    engine.gate = asyncio.Event()
    with TestClient(create_app(engine, Settings(heartbeat_s=0.02, request_timeout_s=0.2))) as client:
        response = client.post(URL, json=chat | {"stream": True})
        metrics = client.get("/metrics").text
    assert response.status_code == 200
    assert response.text.startswith(f"{COMMENT}\n\n{COMMENT}\n\n")
    (event,) = read_data(response.iter_lines())
    assert (json.loads(event)["error"]["code"], json.loads(event)["error"]["type"]) == ("request_timeout", "timeout_error")
    assert engine.cancelled == [engine.generations[0].id]
    assert find(metrics, "candor_requests_total", outcome="timed_out", **BASE_LABELS) == 1
    assert find(metrics, "candor_requests_waiting", **BASE_LABELS) == 0


@pytest.mark.parametrize(("stream", "heartbeat_s"), [(False, 0.01), (True, 0), (True, 10)])
def test_where_nothing_has_been_sent_an_error_is_a_status(
    stream: bool, heartbeat_s: float, engine: FakeEngine, chat: dict[str, Any]
) -> None:
    engine.gate = asyncio.Event()
    with TestClient(create_app(engine, Settings(heartbeat_s=heartbeat_s, request_timeout_s=0.1))) as client:
        response = client.post(URL, json=chat | {"stream": stream})
    assert response.status_code == 504
    assert response.json()["error"]["code"] == "request_timeout"


def test_a_whole_answer_has_no_comment(engine: FakeEngine, chat: dict[str, Any]) -> None:
    engine.gate, engine.gate_at, engine.opens_at_stop = asyncio.Event(), 1, True
    with TestClient(create_app(engine, Settings(heartbeat_s=0.01, request_timeout_s=0.1))) as client:
        response = client.post(URL, json=chat)
    assert response.json()["choices"][0]["message"]["content"].startswith("Hello")
