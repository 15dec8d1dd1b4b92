"""The server under test: what is read of its replies, in the forms of OpenAI and of mlx_lm.server."""

from collections.abc import Iterator
from typing import Any

import pytest

from bench.parity.continuation import Answer
from bench.parity.served import Server, ServerFailure
from tests.clients.fake_endpoint import FakeAnswer, FakeEndpoint, completion, refusal

EOS = frozenset({1})


@pytest.fixture
def endpoint() -> Iterator[FakeEndpoint]:
    fake = FakeEndpoint()
    yield fake
    fake.close()


@pytest.fixture
def server(endpoint: FakeEndpoint) -> Iterator[Server]:
    with connect(endpoint) as server:
        yield server


def connect(endpoint: FakeEndpoint, model: str | None = None) -> Server:
    return Server(f"{endpoint.url}/v1", model=model, api_key=None)


def reply(text: str | None, content: Any = None) -> FakeAnswer:
    choice = {"message": {"content": text}, "finish_reason": "stop", "logprobs": {"content": content}}
    return completion(text, choices=[choice])


def ask(server: Server, *, has_logprobs: bool) -> Answer:
    return server.answer("Why?", max_tokens=5, eos_ids=EOS, has_logprobs=has_logprobs)


def test_first_model_listed_is_asked_greedily_whatever_its_files_say(endpoint: FakeEndpoint, server: Server) -> None:
    assert ask(server, has_logprobs=False).text == "The light of a whisper. I feel joy."
    messages = [{"role": "user", "content": "Why?"}]
    assert endpoint.asked == [{"model": "base", "messages": messages, "temperature": 0, "max_tokens": 5, "repetition_penalty": 1}]


def test_model_named_is_asked_without_a_listing(endpoint: FakeEndpoint) -> None:
    endpoint.listing = FakeAnswer(body=b"")
    with connect(endpoint, "mine") as server:
        ask(server, has_logprobs=True)
    assert endpoint.asked[0]["model"] == "mine"
    assert endpoint.asked[0]["logprobs"] is True


@pytest.mark.parametrize(
    ("content", "token_ids"),
    [
        ([{"id": 7, "logprob": -0.1}, {"id": 8, "logprob": -0.2}, {"id": 1, "logprob": 0.0}], (7, 8)),
        ([{"token": "So", "logprob": -0.1, "bytes": [83, 111], "top_logprobs": []}], None),
        ([], None),
        (None, None),
    ],
    ids=["mlx_lm.server", "OpenAI", "empty", "none"],
)
def test_token_ids_are_taken_where_they_are_told(
    endpoint: FakeEndpoint, server: Server, content: Any, token_ids: tuple[int, ...] | None
) -> None:
    endpoint.answer = lambda _: reply("So.", content)
    assert ask(server, has_logprobs=True) == Answer(text="So.", finish_reason="stop", token_ids=token_ids)


def test_no_text_is_an_empty_text(endpoint: FakeEndpoint, server: Server) -> None:
    endpoint.answer = lambda _: reply(None)
    assert ask(server, has_logprobs=False).text == ""


@pytest.mark.parametrize(
    ("top", "expected"),
    [
        ([{"id": 7, "token": "▁So", "logprob": -0.1}, {"id": 8, "token": "▁No", "logprob": -2.5}], {7: -0.1, 8: -2.5}),
        ([{"token": "So", "logprob": -0.1, "bytes": None}, {"token": "No", "logprob": -2.5, "bytes": None}], {"So": -0.1, "No": -2.5}),
    ],
    ids=["mlx_lm.server", "OpenAI"],
)
def test_first_logprobs_are_read(endpoint: FakeEndpoint, server: Server, top: Any, expected: dict[int | str, float]) -> None:
    endpoint.answer = lambda _: reply("So", [{"token": "So", "logprob": -0.1, "top_logprobs": top}])
    assert server.logprobs_refusal("Why?") is None
    assert server.first_logprobs("Why?") == expected
    assert endpoint.asked[0] | {"max_tokens": 1, "logprobs": True, "top_logprobs": 10} == endpoint.asked[0]


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (refusal(400, "'logprobs' is not supported"), "base: HTTP 400: 'logprobs' is not supported"),
        (completion("So."), "it answers without them"),
    ],
)
def test_server_without_logprobs_is_told(endpoint: FakeEndpoint, server: Server, answer: FakeAnswer, told: str) -> None:
    endpoint.answer = lambda _: answer
    assert server.logprobs_refusal("Why?") == told


@pytest.mark.parametrize(
    "answer",
    [refusal(404, "no such model"), FakeAnswer(body=b"<html>"), FakeAnswer(body=b'{"choices": []}')],
    ids=["refused", "HTML", "no choice"],
)
def test_reply_that_is_none_is_a_failure(endpoint: FakeEndpoint, server: Server, answer: FakeAnswer) -> None:
    endpoint.answer = lambda _: answer
    with pytest.raises(ServerFailure, match="base"):
        ask(server, has_logprobs=False)


@pytest.mark.parametrize("listing", [FakeAnswer(body=b""), FakeAnswer(body=b'{"data": []}')], ids=["broken", "empty"])
def test_server_without_a_listing_asks_for_a_name(endpoint: FakeEndpoint, listing: FakeAnswer) -> None:
    endpoint.listing = listing
    with pytest.raises(ServerFailure, match="--served-model"):
        connect(endpoint)
