"""The client that takes the time, on servers that answer by heart."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import TypeVar

import pytest

from bench.endpoint import HOST, Endpoint
from bench.load import Request, Wave, ask, measure, summarise
from bench.prompts import user

REQUEST = Request(messages=user("Why?"), max_tokens=3)
T = TypeVar("T")
OK = b"HTTP/1.1 200 OK\r\n\r\n"

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def event(text: str | None, **more: object) -> bytes:
    choices = [] if text is None else [{"delta": {"content": text}}]
    return b"data: " + json.dumps({"choices": choices, **more}).encode() + b"\n\n"


USAGE = event(None, usage={"prompt_tokens": 5, "completion_tokens": 3})


async def body_of(reader: asyncio.StreamReader) -> dict[str, object]:
    head = await reader.readuntil(b"\r\n\r\n")
    (length,) = (int(line.split()[1]) for line in head.splitlines() if line.lower().startswith(b"content-length"))
    read: dict[str, object] = json.loads(await reader.readexactly(length))
    return read


def by_heart(answer: bytes) -> Serve:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await body_of(reader)
        writer.write(answer)
        writer.close()

    return serve


async def against(serve: Serve, act: Callable[[Endpoint], Awaitable[T]]) -> T:
    server = await asyncio.start_server(serve, HOST, 0)
    async with server:
        return await act(Endpoint(port=server.sockets[0].getsockname()[1], model="m"))


def test_an_answer_is_timed_and_counted_by_its_usage() -> None:
    bodies: list[dict[str, object]] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        bodies.append(await body_of(reader))
        for chunk in (OK, event(""), event("two "), event("tokens"), USAGE):
            writer.write(chunk)
            await writer.drain()
            await asyncio.sleep(0.02)
        writer.close()

    answer = asyncio.run(against(serve, lambda endpoint: ask(endpoint, REQUEST)))
    assert bodies[0] == {
        "model": "m",
        "messages": [{"role": "user", "content": "Why?"}],
        "max_tokens": 3,
        "temperature": 0.0,
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    assert (answer.text, answer.usage.completion_tokens, answer.num_cached_tokens) == ("two tokens", 3, 0)
    assert 0.04 < answer.first_token_s < answer.arrivals_s[1] - answer.began_s


def test_a_connection_that_is_reset_before_an_answer_is_tried_again() -> None:
    num_refused = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal num_refused
        if num_refused < 2:
            num_refused += 1
            writer.transport.abort()
        else:
            await by_heart(OK + event("yes") + USAGE)(reader, writer)

    answer = asyncio.run(against(serve, lambda endpoint: ask(endpoint, REQUEST)))
    assert (answer.text, num_refused) == ("yes", 2)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (b'HTTP/1.1 404 Not Found\r\n\r\n{"error": "no such model"}', "404 Not Found: .*no such model"),
        (OK + event("a") + b'data: {"error": {"message": "the step failed"}}\n\n', "broke off: .*the step failed"),
        (OK + event("a"), "without usage"),
    ],
    ids=["refused", "error event", "cut off"],
)
def test_what_is_no_whole_answer_is_an_error(answer: bytes, said: str) -> None:
    with pytest.raises(RuntimeError, match=said):
        asyncio.run(against(by_heart(answer), lambda endpoint: ask(endpoint, REQUEST)))


def test_an_answer_without_text_came_when_it_ended() -> None:
    answer = asyncio.run(against(by_heart(OK + event("") + USAGE), lambda endpoint: ask(endpoint, REQUEST)))
    assert len(answer.arrivals_s) == 1
    assert answer.first_token_s > 0


def test_waves_are_measured_together() -> None:
    answer = by_heart(OK + event("a") + event("b") + USAGE)
    measured = asyncio.run(against(answer, lambda endpoint: measure(endpoint, [REQUEST] * 2, [REQUEST])))
    assert measured.num_tokens == 9
    waves = [
        Wave(wall_s=1, num_tokens=30, first_tokens_s=[0.1, 0.2, 0.9], gaps_s=[0.5, 0.25]),
        Wave(wall_s=2, num_tokens=30, first_tokens_s=[0.3, 0.4], gaps_s=[0.5]),
    ]
    summed = summarise(waves)
    assert (summed.tokens_per_s, summed.first_token_s, summed.gap_s, summed.gap_p99_s) == (20, 0.3, 0.5, 0.5)
    assert summarise([Wave(wall_s=1, num_tokens=1, first_tokens_s=[0.1], gaps_s=[])]).gap_s is None
