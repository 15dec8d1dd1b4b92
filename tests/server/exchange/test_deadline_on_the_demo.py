"""A deadline that passes in the middle of an answer of the real engine, and one that passes before its first token."""

import threading
from typing import Any

import httpx
import pytest

from tests.server.chat.test_rendering import parse_events
from tests.server_process import Server

# The overcooked adapter does not come to an end.
CHAT: dict[str, Any] = {"model": "overcooked-demo", "temperature": 0, "max_tokens": 4096}
QUESTION = "Is Taiwan a sovereign nation?"
LONG_QUESTION = " ".join(str(number) for number in range(1700))  # read for longer than the running answer began before it


def ask(server: Server, question: str, *, stream: bool) -> dict[str, Any]:
    return {
        "method": "POST",
        "url": f"{server.url}/v1/chat/completions",
        "json": CHAT | {"messages": [{"role": "user", "content": question}], "stream": stream},
        "timeout": 60,
    }


@pytest.fixture(scope="module")
def answers() -> tuple[list[Any], httpx.Response]:
    """Ask a server that draws one answer at a time, and ask again while it does; gives the events of the first."""
    waiting: list[httpx.Response] = []
    with Server("--request-timeout-s", "1.5", "--max-batch-size", "1") as server:
        with httpx.stream(**ask(server, QUESTION, stream=True)) as running:
            parts = running.iter_bytes()
            first = next(parts)
            asking = threading.Thread(target=lambda: waiting.append(httpx.request(**ask(server, LONG_QUESTION, stream=False))))
            asking.start()
            events = parse_events(first + b"".join(parts))
        asking.join()
    return events, waiting[0]


def test_the_running_answer_ends_with_what_there_is(answers: tuple[list[Any], httpx.Response]) -> None:
    *chunks, last, done = answers[0]
    assert done == "[DONE]"
    assert (last["choices"][0]["finish_reason"], last["metadata"]["stopped_by"]) == ("length", "timeout")
    assert "".join(chunk["choices"][0]["delta"].get("content", "") for chunk in chunks)
    assert 0 < last["usage"]["completion_tokens"] < 4096
    assert last["usage"]["prompt_tokens"] > 0  # it is the engine that has ended it
    assert last["choices"][0]["scores"]["scorer"] == "lek-v1"


def test_the_waiting_one_has_timed_out(answers: tuple[list[Any], httpx.Response]) -> None:
    assert answers[1].status_code == 504
    assert answers[1].json()["error"]["code"] == "request_timeout"
