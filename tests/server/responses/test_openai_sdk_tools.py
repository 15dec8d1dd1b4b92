"""Functions and structured output of a response with the real OpenAI SDK, unmodified, on a real uvicorn."""

from collections.abc import Iterator
from typing import Any, Literal

import openai
import pytest
from openai import OpenAI
from openai.types.responses import FunctionToolParam, ResponseFunctionToolCall, ResponseInputItemParam
from pydantic import BaseModel

from tests.server.fake_engine import FakeEngine
from tests.server.live_server import TIMEOUT_S, LiveServer

MODEL = "gemma-3-demo"
ARGUMENTS = '{"city": "Paris"}'
CALL = ('{"name": "get_weather", "parameters": ', '{"city": ', '"Paris"}', "}")
SAID_AND_CALLED = ("Let me", " look.", "\n", *CALL)
QUESTION: ResponseInputItemParam = {"role": "user", "content": "Is it raining in Paris?"}
WEATHER: FunctionToolParam = {
    "type": "function",
    "name": "get_weather",
    "description": "Tell the weather.",
    "parameters": {
        "type": "object",
        "properties": {"city": {"type": "string"}},
        "required": ["city"],
        "additionalProperties": False,
    },
    "strict": True,
}


class Sky(BaseModel):
    """What the sky is like."""

    colour: Literal["blue", "grey"]
    is_clear: bool


@pytest.fixture(scope="module")
def engine() -> FakeEngine:
    return FakeEngine()


@pytest.fixture(scope="module")
def server(engine: FakeEngine) -> Iterator[LiveServer]:
    with LiveServer(engine) as server:
        yield server


@pytest.fixture
def sdk(server: LiveServer) -> Iterator[OpenAI]:
    with OpenAI(base_url=f"{server.url}/v1", api_key="none", max_retries=0, timeout=TIMEOUT_S) as sdk:
        yield sdk


@pytest.fixture
def saying(engine: FakeEngine) -> Iterator[FakeEngine]:
    pieces, reason = engine.pieces, engine.reason
    yield engine
    engine.pieces, engine.reason = pieces, reason


def find_call(output: list[Any]) -> ResponseFunctionToolCall:
    (call,) = [item for item in output if item.type == "function_call"]
    assert isinstance(call, ResponseFunctionToolCall)
    return call


@pytest.mark.parametrize("pieces", [CALL, SAID_AND_CALLED])
@pytest.mark.parametrize("is_dumped", [False, True])
@pytest.mark.parametrize("is_streamed", [False, True])
def test_what_was_called_goes_back_with_its_result(
    pieces: tuple[str, ...], is_dumped: bool, is_streamed: bool, sdk: OpenAI, saying: FakeEngine
) -> None:
    saying.pieces = pieces
    if is_streamed:
        with sdk.responses.stream(model=MODEL, input=[QUESTION], tools=[WEATHER]) as stream:
            output: list[Any] = list(stream.get_final_response().output)
    else:
        output = list(sdk.responses.create(model=MODEL, input=[QUESTION], tools=[WEATHER]).output)
    call = find_call(output)
    assert (call.name, call.arguments, call.status) == ("get_weather", ARGUMENTS, "completed")
    result = {"type": "function_call_output", "call_id": call.call_id, "output": "Rain."}
    back = [item.model_dump() if is_dumped else item for item in output]
    saying.pieces = ("It", " rains.")
    items: list[Any] = [QUESTION, *back, result]
    second = sdk.responses.create(model=MODEL, input=items, tools=[WEATHER])
    assert second.output_text == "It rains."
    _, question, said, returned = saying.generations[-1].messages
    assert question.content == "Is it raining in Paris?"
    assert said.content == "".join(pieces)
    assert returned.content == "Result of get_weather:\n```tool_output\nRain.\n```"


def test_the_stream_helper_gathers_a_call(sdk: OpenAI, saying: FakeEngine) -> None:
    saying.pieces = SAID_AND_CALLED
    with sdk.responses.stream(model=MODEL, input=[QUESTION], tools=[WEATHER]) as stream:
        events = list(stream)
        response = stream.get_final_response()
    snapshots = [event.snapshot for event in events if event.type == "response.function_call_arguments.delta"]
    assert len(snapshots) > 1 and snapshots[-1] == ARGUMENTS
    assert [item.type for item in response.output] == ["message", "function_call"]
    assert response.output_text == "Let me look."


def test_the_stream_helper_reads_arguments_into_a_model(sdk: OpenAI, saying: FakeEngine) -> None:
    saying.pieces = ('{"name": "Sky", "parameters": {"colour": "blue", ', '"is_clear": true}}')
    tools: list[Any] = [openai.pydantic_function_tool(Sky)]
    with sdk.responses.stream(model=MODEL, input="What is it like?", tools=tools) as stream:
        (call,) = stream.get_final_response().output
    assert call.type == "function_call"
    assert call.parsed_arguments == Sky(colour="blue", is_clear=True)
    dumped: list[Any] = [QUESTION, call.model_dump(), {"type": "function_call_output", "call_id": call.call_id, "output": "Yes."}]
    assert "parsed_arguments" in dumped[1]
    assert sdk.responses.create(model=MODEL, input=dumped).status == "completed"


@pytest.mark.parametrize("is_streamed", [False, True])
def test_a_text_is_parsed(is_streamed: bool, sdk: OpenAI, saying: FakeEngine) -> None:
    saying.pieces = ('{"colour": "grey",', ' "is_clear": false}')
    if is_streamed:
        with sdk.responses.stream(model=MODEL, input="What is it like?", text_format=Sky) as stream:
            parsed = stream.get_final_response().output_parsed
    else:
        parsed = sdk.responses.parse(model=MODEL, input="What is it like?", text_format=Sky).output_parsed
    assert parsed == Sky(colour="grey", is_clear=False)
    grammar = saying.generations[-1].grammar
    assert grammar is not None and (grammar.kind, grammar.param) == ("json_schema", "text.format.schema")


def test_what_parse_gives_goes_back(sdk: OpenAI, saying: FakeEngine) -> None:
    saying.pieces = ('{"colour": "grey", "is_clear": false}',)
    first = sdk.responses.parse(model=MODEL, input=[QUESTION], text_format=Sky)
    for items in ([QUESTION, *first.output, QUESTION], [QUESTION, *(item.model_dump() for item in first.output), QUESTION]):
        sdk.responses.create(model=MODEL, input=items)  # type: ignore[arg-type]
        assert [message.content for message in saying.generations[-1].messages][1] == saying.pieces[0]


def test_log_probabilities_are_asked_for_as_the_sdk_does(sdk: OpenAI, saying: FakeEngine) -> None:
    sdk.responses.create(model=MODEL, input=[QUESTION], include=["message.output_text.logprobs"], top_logprobs=3)
    assert saying.generations[-1].num_top_logprobs == 3


def test_a_tool_that_only_openai_has_is_a_bad_request(sdk: OpenAI) -> None:
    with pytest.raises(openai.BadRequestError) as raised:
        sdk.responses.create(model=MODEL, input=[QUESTION], tools=[WEATHER, {"type": "web_search"}])
    assert raised.value.param == "tools[1].type"
