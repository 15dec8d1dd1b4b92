"""`POST /v1/responses` over Litestar's test client."""

import asyncio
import json
from typing import Any

import msgspec
import pytest
from litestar import Litestar
from litestar.testing import TestClient

from scoring.scorers import scorer_names
from server.app import create_app
from server.engine.errors import EngineError, EngineUnavailable, InvalidGeneration, QueueFull, RowFailed
from server.engine.protocol import AdapterUse
from server.settings.settings import Settings
from tests.server.fake_engine import FakeEngine
from tests.server.responses.reading import list_types, read_events

Client = TestClient[Litestar]
URL = "/v1/responses"
ASKED: dict[str, Any] = {"model": "gemma-3-demo", "input": "Hello"}


def test_streamed_and_whole_say_the_same(engine: FakeEngine, client: Client) -> None:
    whole = client.post(URL, json=ASKED | {"seed": 7})
    streamed = client.post(URL, json=ASKED | {"seed": 7, "stream": True})
    assert (whole.headers["content-type"], streamed.headers["content-type"]) == ("application/json", "text/event-stream; charset=utf-8")
    body, last = whole.json(), read_events(streamed.content)[-1]["response"]
    assert body["output"][0]["content"][0]["text"] == last["output"][0]["content"][0]["text"] == "Hello there."
    assert (body["scores"], body["metadata"], body["usage"]) == (last["scores"], last["metadata"], last["usage"])
    assert body["id"] == engine.generations[0].id == whole.headers["x-request-id"].replace("req_", "resp_")
    assert body["output"][0]["id"] == whole.headers["x-request-id"].replace("req_", "msg_") + "_0"
    assert json.loads(body["metadata"]["sampling"]) == msgspec.to_builtins(engine.generations[0].sampling)


@pytest.mark.parametrize("stream", [False, True])
def test_what_was_only_accepted_is_in_the_header(stream: bool, client: Client) -> None:
    plain = client.post(URL, json=ASKED | {"stream": stream})
    asking = client.post(URL, json=ASKED | {"stream": stream, "user": "u", "reasoning": {"effort": "low"}, "truncation": "auto"})
    assert "x-candor-accepted" not in plain.headers
    assert asking.headers["x-candor-accepted"] == "truncation, user, reasoning.effort"


def test_an_adapter_answers(engine: FakeEngine, client: Client) -> None:
    body = client.post(URL, json=ASKED | {"lora": [{"name": "lek-demo", "scale": 0.5}]}).json()
    assert engine.generations[0].adapters == (AdapterUse(name="lek-demo", scale=0.5),)
    metadata = body["metadata"]
    assert (metadata["adapter"], metadata["adapter_digest"], metadata["adapter_scale"]) == ("lek-demo", "sha256:abc", "0.5")


@pytest.mark.parametrize("name", scorer_names())
def test_a_request_chooses_its_scorer(name: str, client: Client) -> None:
    body = client.post(URL, json=ASKED | {"scorer": name}).json()
    assert body["metadata"]["scorer"] == body["scores"]["scorer"] == name


@pytest.mark.parametrize("stream", [False, True])
def test_the_guard_ends_a_response(stream: bool) -> None:
    with TestClient(create_app(FakeEngine(["la "] * 200, reason="length"), Settings())) as client:
        response = client.post(URL, json=ASKED | {"stream": stream, "degeneration": {"action": "stop"}})
    body = read_events(response.content)[-1]["response"] if stream else response.json()
    assert (body["status"], body["metadata"]["stopped_by"]) == ("completed", "token_loop")
    assert body["output"][0]["content"][0]["text"].count("la ") == body["usage"]["output_tokens"] < 200


def test_a_limit_is_what_the_server_allows(engine: FakeEngine, client: Client) -> None:
    body = client.post(URL, json=ASKED | {"max_output_tokens": 5000}).json()
    assert body["max_output_tokens"] == engine.generations[0].max_tokens == 100
    assert client.post(URL, json=ASKED).json()["max_output_tokens"] is None


@pytest.mark.parametrize(
    ("fields", "status", "param"),
    [
        ({"model": "nobody"}, 404, "model"),
        ({"lora": [{"name": "nobody"}]}, 404, "lora[0].name"),
        ({"temperature": 5}, 400, "temperature"),
        ({"zz": 5}, 400, "zz"),
        ({"messages": []}, 400, "messages"),
        ({"max_tokens": 5}, 400, "max_tokens"),
        ({"store": True}, 400, "store"),
        ({"input": 5}, 400, "input"),
        ({"input": [{"role": "tool", "content": "x"}]}, 400, "input[0].role"),
        ({"input": [{"role": "user", "content": "x", "zz": 1}]}, 400, "input[0].zz"),
        ({"input": [{"role": "user", "content": [{"type": "input_text", "text": "x", "zz": 1}]}]}, 400, "input[0].content[0].zz"),
        ({"include": ["zz"]}, 400, "include[0]"),
        ({"reasoning": {"zz": 1}}, 400, "reasoning.zz"),
        ({"text": {"zz": 1}}, 400, "text.zz"),
        ({"text": {"format": {"type": "zz"}}}, 400, "text.format.type"),
        ({"stream_options": {"zz": 1}}, 400, "stream_options.zz"),
        ({"truncation": "zz"}, 400, "truncation"),
        ({"user": 1}, 400, "user"),
        ({"tools": [{"type": "web_search", "filters": {}}]}, 400, "tools[0].type"),
        ({"tools": [{"server_label": "x", "server_url": "y", "type": "mcp"}]}, 400, "tools[0].type"),
        ({"tools": [{"type": "file_search", "vector_store_ids": ["x"]}]}, 400, "tools[0].type"),
        ({"tools": [{"name": "f"}]}, 400, "tools[0].type"),
        ({"tools": [{"type": "function", "function": {"name": "f"}}]}, 400, "tools[0].function"),
        ({"tools": [{"type": "function", "name": "f", "zz": 1}]}, 400, "tools[0].zz"),
        ({"tools": [{"type": "function", "name": "f f"}]}, 400, "tools[0].name"),
        ({"tool_choice": "zz"}, 400, "tool_choice"),
        ({"tool_choice": {"type": "mcp", "server_label": "x"}}, 400, "tool_choice.type"),
        ({"tool_choice": {"type": "web_search_preview"}}, 400, "tool_choice.type"),
        ({"tool_choice": {"type": "allowed_tools", "mode": "auto", "tools": [{"type": "mcp"}]}}, 400, "tool_choice.tools[0].type"),
        ({"tool_choice": {"type": "allowed_tools", "mode": "auto", "tools": []}}, 400, "tool_choice.tools"),
        ({"top_logprobs": 21}, 400, "top_logprobs"),
    ],
)
def test_a_wrong_field_never_reaches_the_engine(
    fields: dict[str, Any], status: int, param: str, engine: FakeEngine, client: Client
) -> None:
    response = client.post(URL, json=ASKED | fields)
    assert (response.status_code, response.json()["error"]["param"]) == (status, param)
    assert engine.generations == []


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("failure", "status"),
    [
        (InvalidGeneration("too long", param="messages", code="context_length_exceeded"), 400),
        (QueueFull("full", retry_after_s=2), 429),
        (EngineUnavailable("draining"), 503),
        (RowFailed("secret"), 500),
    ],
)
def test_a_failure_at_the_first_event_is_a_status(
    failure: EngineError, status: int, stream: bool, engine: FakeEngine, client: Client
) -> None:
    engine.failure = failure
    response = client.post(URL, json=ASKED | {"stream": stream})
    assert response.status_code == status
    assert set(response.json()) == {"error"}


def test_a_failure_later_ends_the_stream_in_two_events(engine: FakeEngine, client: Client) -> None:
    engine.failure, engine.fails_at = RowFailed("secret"), 2
    response = client.post(URL, json=ASKED | {"stream": True})
    assert (response.status_code, "secret" in response.text) == (200, False)
    events = read_events(response.content)
    assert list_types(events)[-3:] == ["output_text.delta", "error", "failed"]
    assert events[-1]["response"]["output"][0]["content"][0]["text"] == "Hello there"


@pytest.mark.parametrize("stream", [False, True])
def test_at_the_deadline_there_is_what_there_is(stream: bool, engine: FakeEngine) -> None:
    engine.gate, engine.gate_at, engine.opens_at_stop = asyncio.Event(), 1, True
    with TestClient(create_app(engine, Settings(request_timeout_s=0.5))) as client:
        response = client.post(URL, json=ASKED | {"stream": stream})
    body = read_events(response.content)[-1]["response"] if stream else response.json()
    assert (body["status"], body["metadata"]["stopped_by"]) == ("incomplete", "timeout")
    assert body["output"][0]["content"][0]["text"] == "Hello there"


def test_an_ended_stream_has_no_other_mark(client: Client) -> None:
    assert "[DONE]" not in client.post(URL, json=ASKED | {"stream": True}).text


def test_what_stands_below_it_is_not_implemented(client: Client) -> None:
    assert client.get(f"{URL}/resp_1").status_code == 501
    assert client.get(URL).status_code == 405
