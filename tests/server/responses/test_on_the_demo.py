"""Grammars of responses on the shipped model, which by itself writes neither JSON nor calls."""

import json
from collections.abc import Iterator
from typing import Any, Literal

import jsonschema
import openai
import pytest
from openai import OpenAI
from pydantic import BaseModel

from tests.contract.recorded_body import read_bodies
from tests.server.responses.test_openai_sdk_tools import Sky, find_call
from tests.server_process import Server

MODEL = "gemma-3-demo"
BODIES = {one.name: one.body for one in read_bodies() if one.path == "/v1/responses"}
CALLING = ("pydantic-ai/responses-output-by-tool", "instructor/responses-tools", "ai-sdk/openai-responses-tools", "openai/responses-tools")
FORMED = ("pydantic-ai/responses-output-by-schema", "ai-sdk/openai-responses-output-object", "openai-node/responses-parse")


class Place(BaseModel):
    """Where."""

    city: Literal["Paris", "Rome"]


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server() as server:
        yield server


@pytest.fixture
def sdk(server: Server) -> Iterator[OpenAI]:
    with OpenAI(base_url=f"{server.url}/v1", api_key="none", max_retries=0, timeout=60) as sdk:
        yield sdk


@pytest.mark.parametrize("name", CALLING)
def test_a_required_call_is_one_of_what_is_on_offer(name: str, sdk: OpenAI) -> None:
    body = {key: value for key, value in BODIES[name].items() if key != "stream"}
    # One call: a model that was not trained to it goes on until the grammar's last.
    response = sdk.responses.create(**body, parallel_tool_calls=False, max_output_tokens=200, extra_body={"seed": 1})
    call = find_call(list(response.output))
    (tool,) = [tool for tool in body["tools"] if tool["name"] == call.name]
    jsonschema.validate(json.loads(call.arguments), tool["parameters"])
    assert (response.status, call.status, response.output_text) == ("completed", "completed", "")


@pytest.mark.parametrize("name", FORMED)
def test_a_text_fits_its_schema(name: str, sdk: OpenAI) -> None:
    body = {key: value for key, value in BODIES[name].items() if key != "stream"}
    response = sdk.responses.create(**body, max_output_tokens=200)
    jsonschema.validate(json.loads(response.output_text), body["text"]["format"]["schema"])
    assert response.status == "completed"
    assert response.model_extra is not None and response.model_extra["scores"]["scorer"] == "lek-v1"


def test_the_sdk_parses_what_the_grammar_holds(sdk: OpenAI) -> None:
    assert isinstance(sdk.responses.parse(model=MODEL, input="What is the sky like?", text_format=Sky).output_parsed, Sky)


def test_a_streamed_call_is_read_into_a_model(sdk: OpenAI) -> None:
    tools: list[Any] = [openai.pydantic_function_tool(Place)]
    choice: Any = {"type": "function", "name": "Place"}
    with sdk.responses.stream(model=MODEL, input="Where?", tools=tools, tool_choice=choice) as stream:
        types = [event.type for event in stream]
        (call,) = stream.get_final_response().output
    assert call.type == "function_call"
    assert isinstance(call.parsed_arguments, Place)
    assert types.count("response.function_call_arguments.done") == 1


def test_any_object_is_an_object(sdk: OpenAI) -> None:
    response = sdk.responses.create(
        model=MODEL, input="What is the sky like?", text={"format": {"type": "json_object"}}, max_output_tokens=400, extra_body={"seed": 3}
    )
    assert response.status != "completed" or isinstance(json.loads(response.output_text), dict)
    assert response.output_text.startswith("{")


def test_beside_tools_a_text_fits_its_schema_or_there_is_a_call(sdk: OpenAI) -> None:
    body = BODIES["instructor/responses-tools"] | {"tool_choice": "auto", "parallel_tool_calls": False, "max_output_tokens": 200}
    answers = [sdk.responses.create(**body, extra_body={"seed": seed}) for seed in range(6)]
    ended = [answer for answer in answers if answer.status == "completed"]  # a call's arguments are any object, and may go on for long
    assert ended
    for answer in ended:
        if answer.output_text:
            jsonschema.validate(json.loads(answer.output_text), body["text"]["format"]["schema"])
        else:
            assert isinstance(json.loads(find_call(list(answer.output)).arguments), dict)


def test_a_model_that_only_chats_still_chats(sdk: OpenAI) -> None:
    response = sdk.responses.create(**BODIES["pydantic-ai/responses-tools"] | {"max_output_tokens": 40})
    assert [item.type for item in response.output] == ["message"]
    assert response.output_text


def test_log_probabilities_are_of_each_token(sdk: OpenAI) -> None:
    include: list[Any] = ["message.output_text.logprobs"]
    response = sdk.responses.create(model=MODEL, input="Who are you?", max_output_tokens=12, include=include, top_logprobs=2)
    (message,) = response.output
    assert message.type == "message" and response.usage is not None
    (part,) = message.content
    assert part.type == "output_text" and part.logprobs is not None
    assert "".join(entry.token for entry in part.logprobs).startswith(part.text)
    assert abs(len(part.logprobs) - response.usage.output_tokens) <= 1  # the token that ends a turn is drawn and not said
    assert all(len(entry.top_logprobs) == 2 and entry.logprob <= 0 for entry in part.logprobs)
