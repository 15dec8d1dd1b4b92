"""The bodies that clients send by default, and what they look for in the reply."""

from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from openai.types.responses import Response

from tests.contract.recorded_body import RecordedBody, read_bodies
from tests.server.fake_engine import FakeEngine
from tests.server.responses.asking import say
from tests.server.responses.reading import read_events

MODEL = {"model": "gemma-3-demo"}
TEXT_PART = {"type": "input_text", "text": "Hello"}
PROMPTFOO: dict[str, Any] = {"input": "Hello", "max_output_tokens": 1024, "temperature": 0, "text": {"format": {"type": "text"}}}
INSPECT: dict[str, Any] = {
    "input": [{"type": "message", "role": "user", "content": [TEXT_PART]}],
    "store": False,
    "include": ["reasoning.encrypted_content"],
    "reasoning": {"summary": "auto"},
    "max_output_tokens": 64,
}
# Messages for Anthropic's API, as litellm passes them on.
LITELLM_BRIDGE: dict[str, Any] = {
    "input": [
        {"type": "message", "role": "user", "content": [TEXT_PART]},
        {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Hi"}]},
        {"type": "message", "role": "user", "content": [TEXT_PART]},
    ],
    "instructions": "Be brief.",
    "include": ["reasoning.encrypted_content"],
    "max_output_tokens": 16,
    "user": "u",
}
AI_SDK: dict[str, Any] = {
    "input": [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": [TEXT_PART]},
        {"role": "assistant", "content": [{"type": "output_text", "text": "Hi"}], "id": "msg_1_0"},
        {"role": "user", "content": [TEXT_PART]},
    ],
    "max_output_tokens": 100,
}
PYDANTIC_AI: dict[str, Any] = {
    "input": [{"role": "user", "content": "Hello"}],
    "instructions": "Be brief.",
    "include": ["reasoning.encrypted_content"],
}


RECORDED = [one for one in read_bodies() if one.path == "/v1/responses"]
# What the bodies that were recorded hold that changes nothing, by client and check.
NAMED = {
    "inspect-ai/responses": "include, reasoning.summary",
    "litellm-proxy/anthropic-messages": "include",
    "litellm-proxy/anthropic-messages-streamed": "include",
    "openai/responses-tools-2": "input[].id",
    "pydantic-ai/responses-output-by-schema": "text.format.description",
}


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("sent", "expected", "accepted"),
    [
        (PROMPTFOO, "u:Hello", None),
        (INSPECT, "u:Hello", "include, reasoning.summary"),
        (LITELLM_BRIDGE, "s:Be brief. u:Hello a:Hi u:Hello", "include, user"),
        (AI_SDK, "s:Be brief. u:Hello a:Hi u:Hello", "input[].id"),
        (PYDANTIC_AI, "s:Be brief. u:Hello", "include"),
    ],
    ids=["promptfoo", "inspect-ai", "litellm", "ai-sdk", "pydantic-ai"],
)
def test_what_a_client_sends_is_answered(
    sent: dict[str, Any], expected: str, accepted: str | None, stream: bool, engine: FakeEngine, client: TestClient[Litestar]
) -> None:
    response = client.post("/v1/responses", json=MODEL | sent | {"stream": stream})
    assert response.status_code == 200, response.text
    assert say(engine.generations[0]) == expected
    assert response.headers.get("x-candor-accepted") == accepted
    body = read_events(response.content)[-1]["response"] if stream else response.json()
    (message,) = body["output"]
    assert (message["type"], message["role"], message["content"][0]["text"]) == ("message", "assistant", "Hello there.")
    usage = body["usage"]
    assert (usage["input_tokens_details"]["cached_tokens"], usage["output_tokens_details"]["reasoning_tokens"]) == (2, 0)


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("recorded", [pytest.param(one, id=one.name) for one in RECORDED])
def test_what_a_client_was_seen_to_send_is_answered(
    recorded: RecordedBody, stream: bool, engine: FakeEngine, client: TestClient[Litestar]
) -> None:
    sent = recorded.body
    response = client.post("/v1/responses", json=sent | {"stream": stream})
    assert response.status_code == 200, response.text
    assert response.headers.get("x-candor-accepted") == NAMED.get(recorded.name)
    body = read_events(response.content)[-1]["response"] if stream else response.json()
    assert Response.model_validate(body).output_text == "Hello there."
    grammar = engine.generations[0].grammar
    must_call = sent.get("tool_choice", "auto") not in ("auto", "none")
    has_form = sent.get("text", {}).get("format", {}).get("type", "text") != "text"
    assert (grammar and grammar.param) == ("tools" if must_call else "text.format.schema" if has_form else None)
    last = engine.generations[0].messages[-1]
    assert last.role == "user"
    has_result = isinstance(sent["input"], list) and sent["input"][-1].get("type") == "function_call_output"
    assert ("```tool_output" in last.content) == has_result
    assert (engine.generations[0].messages[0].content.startswith("You have access to functions.")) == (
        "tools" in sent and sent["tool_choice"] != "none"
    )


def test_clients_with_tools_and_forms_were_recorded() -> None:
    names = {one.name.partition("/")[0] for one in RECORDED if {"tools", "text"} & one.body.keys()}
    assert {"pydantic-ai", "instructor", "ai-sdk", "openai", "openai-node", "langchain"} <= names
