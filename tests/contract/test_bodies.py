"""What real clients send is answered, and the answer is of OpenAI's form by its own types."""

from collections.abc import Iterator
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from openai.types import Completion
from openai.types.chat import ChatCompletion, ChatCompletionChunk
from openai.types.responses import Response, ResponseStreamEvent
from pydantic import TypeAdapter

from server.app import create_app
from server.settings.settings import Settings
from tests.contract.recorded_body import RecordedBody, read_bodies
from tests.outside.clients.client import find_clients
from tests.server.fake_engine import FakeEngine

CHAT, COMPLETIONS, RESPONSES = "/v1/chat/completions", "/v1/completions", "/v1/responses"
WHOLE: dict[str, TypeAdapter[Any]] = {
    CHAT: TypeAdapter(ChatCompletion),
    COMPLETIONS: TypeAdapter(Completion),
    RESPONSES: TypeAdapter(Response),
    "/tokenize": TypeAdapter(dict[str, Any]),
    "/detokenize": TypeAdapter(dict[str, str]),
}
STREAMED: dict[str, TypeAdapter[Any]] = {
    CHAT: TypeAdapter(ChatCompletionChunk),
    COMPLETIONS: TypeAdapter(Completion),
    RESPONSES: TypeAdapter(ResponseStreamEvent),
}
BODIES = read_bodies()


def wants_grammar(body: dict[str, Any]) -> bool:
    """Say whether the form of the whole answer is asked for: JSON, or a call of a tool."""
    form = body.get("response_format") or (body.get("text") or {}).get("format") or {}
    choice = body.get("tool_choice")
    return form.get("type", "text") != "text" or (bool(body.get("tools")) and (choice == "required" or isinstance(choice, dict)))


def num_choices(recorded: RecordedBody) -> int:
    """Count the choices of an answer: `n` a prompt."""
    prompt = recorded.body.get("prompt")
    num_prompts = len(prompt) if isinstance(prompt, list) and not isinstance(prompt[0], int) else 1
    return num_prompts * (recorded.body.get("n") or 1)


@pytest.fixture(scope="module")
def engine() -> FakeEngine:
    return FakeEngine()


@pytest.fixture(scope="module")
def client(engine: FakeEngine) -> Iterator[TestClient[Litestar]]:
    with TestClient(create_app(engine, Settings())) as client:
        yield client


@pytest.mark.parametrize("recorded", BODIES, ids=lambda recorded: recorded.name)
def test_a_clients_body_is_answered(recorded: RecordedBody, client: TestClient[Litestar], engine: FakeEngine) -> None:
    engine.generations.clear()
    answer = client.post(recorded.path, json=recorded.body)
    assert answer.status_code == 200, answer.text
    if recorded.body.get("stream"):
        assert answer.headers["content-type"].startswith("text/event-stream")
        events = [line.removeprefix("data: ") for line in answer.text.splitlines() if line.startswith("data: ")]
        assert recorded.path == RESPONSES or events.pop() == "[DONE]"
        assert events
        for event in events:
            # OpenAI's chunks of a completion have no finish_reason but for the last, which its own type forgets.
            STREAMED[recorded.path].validate_json(event.replace('"finish_reason":null', '"finish_reason":"stop"'))
    else:
        whole = WHOLE[recorded.path].validate_json(answer.content)
        if recorded.path in (CHAT, COMPLETIONS):
            assert [choice.index for choice in whole.choices] == list(range(num_choices(recorded)))
    grammars = [generation.grammar for generation in engine.generations]
    assert all(grammars) if wants_grammar(recorded.body) else not any(grammars)


def test_there_are_bodies_of_every_route() -> None:
    assert {recorded.path for recorded in BODIES} == set(WHOLE)


def test_every_client_that_records_is_there() -> None:
    as_another = {"lm-eval-parity"}  # sends what lm-eval does
    assert {client.name for client in find_clients()} - as_another <= {recorded.name.partition("/")[0] for recorded in BODIES}
