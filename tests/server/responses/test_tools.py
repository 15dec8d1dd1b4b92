"""Functions in a response: what the model is told, what it may answer, and how its calls go out."""

import asyncio
from typing import Any

import pytest
from litestar.testing import TestClient
from openai.types.responses import Response, ResponseStreamEvent
from pydantic import TypeAdapter

from server.app import create_app
from server.engine.protocol import FinishReason
from server.engine.sampling_defaults import SamplingDefaults
from server.responses.endpoint import ResponsesEndpoint
from server.settings.settings import Settings
from tests.server.fake_engine import BASE, FakeEngine
from tests.server.responses.asking import ask, refuse, translate
from tests.server.responses.reading import list_types, read_events
from tests.server.scraping import BASE_LABELS, find

URL = "/v1/responses"
STREAM_EVENT: TypeAdapter[Any] = TypeAdapter(ResponseStreamEvent)
WEATHER: dict[str, Any] = {
    "type": "function",
    "name": "get_weather",
    "description": "Tell the weather.",
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    "strict": True,
}
TIME: dict[str, Any] = {"type": "function", "name": "get_time", "description": "", "parameters": None}
CALL = ('{"name": "get_', 'weather", "param', 'eters": {"city": "Par', 'is"}}')
NAMED = {"type": "function", "name": "get_time"}
ASKED: dict[str, Any] = {"model": "gemma-3-demo", "input": "Hello", "tools": [WEATHER, TIME]}


def answer(pieces: tuple[str, ...], *, reason: FinishReason = "stop", **fields: object) -> Any:
    with TestClient(create_app(FakeEngine(pieces, reason=reason), Settings())) as client:
        return client.post(URL, json=ASKED | fields).json()


def stream(pieces: tuple[str, ...], *, reason: FinishReason = "stop", **fields: object) -> list[Any]:
    with TestClient(create_app(FakeEngine(pieces, reason=reason), Settings())) as client:
        events = read_events(client.post(URL, json=ASKED | {"stream": True} | fields).content)
    assert [event["sequence_number"] for event in events] == list(range(len(events)))
    for event in events:
        assert STREAM_EVENT.validate_python(event).type == event["type"]
    return events


def forget_ids(output: list[Any]) -> list[Any]:
    """Leave out what is drawn, and what names the request."""
    return [{key: value for key, value in item.items() if key not in ("id", "call_id")} for item in output]


def test_a_whole_call_has_openais_shape() -> None:
    body = answer(CALL)
    (call,) = body["output"]
    assert call["id"] == body["id"].replace("resp_", "fc_") + "_0"
    assert call["call_id"].startswith("call_")
    assert forget_ids(body["output"]) == [
        {"type": "function_call", "name": "get_weather", "arguments": '{"city": "Paris"}', "status": "completed"}
    ]
    assert (body["status"], body["scores"], body["usage"]["output_tokens"]) == ("completed", None, len(CALL))
    assert "lek_score" not in body["metadata"] and "adapter" in body["metadata"]
    response = Response.model_validate(body)
    assert response.output_text == ""
    assert response.model_dump(mode="json", exclude_unset=True, by_alias=True) == body


def test_a_streamed_call_comes_in_openais_order() -> None:
    events = stream(CALL)
    assert list_types(events) == [
        "created",
        "in_progress",
        "output_item.added",
        "function_call_arguments.delta",
        "function_call_arguments.done",
        "output_item.done",
        "completed",
    ]
    _, _, added, *deltas, done, item_done, completed = events
    assert forget_ids([added["item"]]) == [{"type": "function_call", "name": "get_weather", "arguments": "", "status": "in_progress"}]
    assert len(deltas) > 1
    assert "".join(delta["delta"] for delta in deltas) == done["arguments"] == '{"city": "Paris"}'
    assert item_done["item"] == added["item"] | {"arguments": '{"city": "Paris"}', "status": "completed"}
    assert completed["response"]["output"] == [item_done["item"]]
    assert {event.get("item_id", added["item"]["id"]) for event in events} == {added["item"]["id"]}
    assert {event.get("output_index", 0) for event in events} == {0}


SAID_AND_CALLED = ("Let me", " look.\n", *CALL, "\n", *CALL, "\nDone", ".")


def test_text_is_a_message_where_it_stands() -> None:
    before, first, second, behind = answer(SAID_AND_CALLED)["output"]
    assert [item["type"] for item in (before, first, second, behind)] == ["message", "function_call", "function_call", "message"]
    assert (before["content"][0]["text"], behind["content"][0]["text"].strip()) == ("Let me look.", "Done.")
    assert first["call_id"] != second["call_id"]
    assert [item["id"].rpartition("_")[2] for item in (before, first, second, behind)] == ["0", "1", "2", "3"]


def test_a_stream_ends_each_item_before_the_next_begins() -> None:
    events = stream(SAID_AND_CALLED)
    message = ["output_item.added", "content_part.added", "output_text.delta", "output_text.done", "content_part.done", "output_item.done"]
    call = ["output_item.added", "function_call_arguments.delta", "function_call_arguments.done", "output_item.done"]
    assert list_types(events) == ["created", "in_progress", *message, *call, *call, *message, "completed"]
    places = [event["output_index"] for event in events if "output_index" in event]
    assert places == sorted(places) and set(places) == {0, 1, 2, 3}
    done = [event["item"] for event in events if event["type"] == "response.output_item.done"]
    assert events[-1]["response"]["output"] == done
    assert forget_ids(done) == forget_ids(answer(SAID_AND_CALLED)["output"])


def test_text_beside_a_call_is_scored() -> None:
    assert answer(SAID_AND_CALLED)["scores"]["scorer"] == "lek-v1"
    assert stream(SAID_AND_CALLED)[-1]["response"]["scores"]["scorer"] == "lek-v1"


def test_an_answer_that_only_calls_is_not_counted_as_scored() -> None:
    with TestClient(create_app(FakeEngine(CALL), Settings())) as client:
        client.post(URL, json=ASKED)
        metrics = client.get("/metrics").text
    assert find(metrics, "candor_responses_scored_total", **BASE_LABELS) == 0
    assert find(metrics, "candor_requests_total", outcome="completed", **BASE_LABELS) == 1


@pytest.mark.parametrize("fields", [{}, {"tool_choice": "none"}, {"tool_choice": "auto"}])
def test_a_model_that_only_chats_answers_in_text(fields: dict[str, Any]) -> None:
    pieces = ("Hello", " {", "you", "}: it is", ' {"name": 3}', ".")
    for body in (answer(pieces, **fields), stream(pieces, **fields)[-1]["response"]):
        (message,) = body["output"]
        assert (message["type"], message["content"][0]["text"]) == ("message", "".join(pieces))
        assert (body["status"], body["scores"]["scorer"]) == ("completed", "lek-v1")


@pytest.mark.parametrize("pieces", [(), ("",)])
def test_where_nothing_is_said_or_called_there_is_an_empty_message(pieces: tuple[str, ...]) -> None:
    for body in (answer(pieces), stream(pieces)[-1]["response"]):
        assert [(item["type"], item["content"][0]["text"]) for item in body["output"]] == [("message", "")]


def test_without_parallel_calls_the_answer_ends_behind_the_first() -> None:
    engine = FakeEngine((*CALL, "\n", *CALL))
    with TestClient(create_app(engine, Settings())) as client:
        body = client.post(URL, json=ASKED | {"parallel_tool_calls": False}).json()
    assert (len(body["output"]), body["status"], body["parallel_tool_calls"]) == (1, "completed", False)
    assert engine.stops == [(engine.generations[0].id, "called")]
    assert "stopped_by" not in body["metadata"]


def test_a_call_that_is_cut_is_incomplete() -> None:
    events = stream(CALL[:3], reason="length")
    for body in (answer(CALL[:3], reason="length"), events[-1]["response"]):
        assert (body["status"], body["incomplete_details"]) == ("incomplete", {"reason": "max_output_tokens"})
        (call,) = body["output"]
        assert (call["arguments"], call["status"]) == ('{"city": "Par', "incomplete")
    assert events[-1]["type"] == "response.incomplete"


def test_a_call_that_is_whole_when_the_answer_is_cut_is_completed() -> None:
    pieces = ("Look.\n", *CALL)
    for body in (answer(pieces, reason="length"), stream(pieces, reason="length")[-1]["response"]):
        assert (body["status"], [item["status"] for item in body["output"]]) == ("incomplete", ["completed", "completed"])


def test_a_message_that_is_cut_behind_a_call_is_incomplete() -> None:
    pieces = (*CALL, "\nAnd so ")
    for body in (answer(pieces, reason="length"), stream(pieces, reason="length")[-1]["response"]):
        assert [item["status"] for item in body["output"]] == ["completed", "incomplete"]


def test_a_failure_in_the_middle_of_a_call_keeps_what_there_is() -> None:
    engine = FakeEngine(CALL)
    engine.failure, engine.fails_at = RuntimeError("broken"), 3
    with TestClient(create_app(engine, Settings())) as client:
        *_, error, failed = read_events(client.post(URL, json=ASKED | {"stream": True}).content)
    assert (error["type"], failed["type"]) == ("error", "response.failed")
    (call,) = failed["response"]["output"]
    assert (call["arguments"], call["status"]) == ('{"city": "Par', "incomplete")


@pytest.mark.parametrize(
    "choice", ["auto", "required", NAMED, {"type": "allowed_tools", "mode": "auto", "tools": [NAMED]}, "none"], ids=str
)
def test_tools_and_choice_come_back_as_they_were_sent(choice: Any) -> None:
    tools = [WEATHER, {"type": "function", "name": "get_time", "allowed_callers": ["direct"], "async": False, "description": ""}]
    body = answer(("Hi",), tools=tools, tool_choice=choice)
    assert (body["tools"], body["tool_choice"]) == (tools, choice)
    created = stream(("Hi",), tools=tools, tool_choice=choice)[0]["response"]
    assert (created["tools"], created["tool_choice"]) == (tools, choice)
    assert Response.model_validate(body).tools[1].type == "function"


def test_without_tools_there_are_none() -> None:
    body = answer(("Hi",), tools=None)
    assert (body["tools"], body["tool_choice"], body["parallel_tool_calls"]) == ([], "auto", True)


def test_the_model_is_told_of_tools_in_front_of_the_instructions() -> None:
    system, user = translate(instructions="Be kind.", tools=[WEATHER]).messages
    assert (system.role, user.role) == ("system", "user")
    assert system.content.index("get_weather") < system.content.index("Be kind.")
    assert translate(tools=[WEATHER], tool_choice="none").messages == translate().messages


@pytest.mark.parametrize(
    ("fields", "kind"),
    [({}, None), ({"tool_choice": "none"}, None), ({"tool_choice": "required"}, "lark"), ({"tool_choice": NAMED}, "lark")],
)
def test_a_grammar_holds_an_answer_that_has_to_be_a_call(fields: dict[str, Any], kind: str | None) -> None:
    grammar = translate(tools=[WEATHER, TIME], **fields).grammar
    assert (grammar and grammar.kind) == kind
    assert grammar is None or ("get_weather" in grammar.source) == (fields["tool_choice"] == "required")


def test_some_of_the_tools_may_be_allowed() -> None:
    allowed = {"type": "allowed_tools", "mode": "required", "tools": [NAMED]}
    grammar = translate(tools=[WEATHER, TIME], tool_choice=allowed).grammar
    assert grammar is not None and "get_weather" not in grammar.source and "get_time" in grammar.source


def test_a_tool_that_need_not_be_called_is_never_refused_for_its_schema() -> None:
    odd = {"type": "function", "name": "odd", "strict": True, "parameters": {"not": {}, "uniqueItems": True}}
    assert translate(tools=[odd]).grammar is None
    assert refuse(tools=[odd], tool_choice="required").param == "tools"
    assert translate(tools=[odd | {"strict": None}], tool_choice="required").grammar is not None


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"tools": [WEATHER, {"type": "custom", "name": "x", "format": {"type": "text"}}]}, "tools[1].type"),
        ({"tools": [WEATHER, TIME, WEATHER]}, "tools[2].name"),
        ({"tool_choice": "required"}, "tool_choice"),
        ({"tool_choice": "required", "tools": []}, "tool_choice"),
        ({"tool_choice": NAMED}, "tool_choice"),
        ({"tools": [WEATHER], "tool_choice": NAMED}, "tool_choice"),
        ({"tools": [WEATHER], "tool_choice": {"type": "allowed_tools", "mode": "auto", "tools": [NAMED]}}, "tool_choice"),
    ],
)
def test_what_cannot_be_called_is_refused_by_its_place(fields: dict[str, Any], param: str) -> None:
    assert refuse(**fields).param == param


def test_what_a_context_does_not_hold_of_functions_is_left_out_and_named() -> None:
    city = {"type": "string", "description": "explained " * 50}
    tools = [{"type": "function", "name": f"f{i}", "parameters": {"type": "object", "properties": {"city": city}}} for i in range(20)]
    engine = FakeEngine()
    with TestClient(create_app(engine, Settings())) as client:
        response = client.post(URL, json=ASKED | {"tools": tools, "user": "u"})
    assert response.headers["x-candor-accepted"] == "user, tools[].parameters.description"
    told = engine.generations[0].messages[0].content
    assert '"city"' in told and "explained" not in told


def test_a_result_at_the_end_is_scored_against_the_question() -> None:
    endpoint = ResponsesEndpoint(FakeEngine(), Settings(), SamplingDefaults())
    call = {"type": "function_call", "call_id": "a", "name": "get_weather", "arguments": "{}"}
    result = {"type": "function_call_output", "call_id": "a", "output": "Rain."}
    question = {"role": "user", "content": "Is it raining?"}
    for items, prompt in (([question, call, result], "Is it raining?"), ([question], None)):
        asked = asyncio.run(endpoint.ask(ask(input=items, tools=[WEATHER]), request_id="1", served=BASE))
        assert asked.questions[0].wish.prompt == prompt
