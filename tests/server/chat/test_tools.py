"""Functions in a chat: what the model is told, what it may answer, and how its calls go out."""

from typing import Any

import pytest
from litestar.testing import TestClient

from server.app import create_app
from server.settings.settings import Settings
from tests.server.chat.asking import USER, refuse, translate
from tests.server.chat.test_rendering import parse_events
from tests.server.fake_engine import FakeEngine
from tests.server.scraping import BASE_LABELS, find

URL = "/v1/chat/completions"
WEATHER: dict[str, Any] = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "Tell the weather.",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
        "strict": True,
    },
}
TIME: dict[str, Any] = {"type": "function", "function": {"name": "get_time", "description": "", "parameters": None}}
CALL = ('{"name": "get_', 'weather", "param', 'eters": {"city": "Par', 'is"}}')
NAMED = {"type": "function", "function": {"name": "get_time"}}
NO_TOOL: dict[str, Any] = {"type": "allowed_tools", "allowed_tools": {"mode": "required", "tools": []}}


def answer(pieces: tuple[str, ...], chat: dict[str, Any], **fields: object) -> tuple[dict[str, Any], FakeEngine]:
    engine = FakeEngine(pieces)
    with TestClient(create_app(engine, Settings())) as client:
        body: dict[str, Any] = client.post(URL, json=chat | {"tools": [WEATHER, TIME]} | fields).json()
    return body["choices"][0], engine


def stream(pieces: tuple[str, ...], chat: dict[str, Any], **fields: object) -> list[Any]:
    with TestClient(create_app(FakeEngine(pieces), Settings())) as client:
        body = chat | {"tools": [WEATHER, TIME], "stream": True} | fields
        return parse_events(client.post(URL, json=body).content)


def test_a_whole_call_has_openais_shape(chat: dict[str, Any]) -> None:
    choice, _ = answer(CALL, chat)
    (call,) = choice["message"].pop("tool_calls")
    assert choice["message"] == {"role": "assistant", "content": None, "refusal": None}
    assert call["id"].startswith("call_") and call["type"] == "function"
    assert call["function"] == {"name": "get_weather", "arguments": '{"city": "Paris"}'}
    assert (choice["finish_reason"], choice["scores"]) == ("tool_calls", None)


def test_a_streamed_call_comes_in_openais_order(chat: dict[str, Any]) -> None:
    *chunks, done = stream(CALL, chat)
    assert done == "[DONE]"
    deltas = [chunk["choices"][0]["delta"] for chunk in chunks]
    assert deltas[0] == {"role": "assistant", "content": None, "refusal": None}
    (begun,) = deltas[1]["tool_calls"]
    assert begun["id"].startswith("call_")
    assert begun | {"id": ""} == {"index": 0, "id": "", "type": "function", "function": {"name": "get_weather", "arguments": ""}}
    pieces = [delta["tool_calls"][0] for delta in deltas[2:-1]]
    assert all(piece.keys() == {"index", "function"} and piece["function"].keys() == {"arguments"} for piece in pieces)
    assert "".join(piece["function"]["arguments"] for piece in pieces) == '{"city": "Paris"}'
    assert len(pieces) > 1
    assert (deltas[-1], chunks[-1]["choices"][0]["finish_reason"]) == ({}, "tool_calls")
    assert chunks[-1]["usage"]["completion_tokens"] == len(CALL)


def test_parallel_calls_have_indices_and_ids_of_their_own(chat: dict[str, Any]) -> None:
    two = (*CALL, "\n", *CALL)
    choice, _ = answer(two, chat)
    assert [call["function"]["arguments"] for call in choice["message"]["tool_calls"]] == ['{"city": "Paris"}'] * 2
    assert len({call["id"] for call in choice["message"]["tool_calls"]}) == 2
    begun = [call for chunk in stream(two, chat)[:-1] for call in chunk["choices"][0]["delta"].get("tool_calls", []) if "id" in call]
    assert [call["index"] for call in begun] == [0, 1]


def test_without_parallel_calls_the_answer_ends_behind_the_first(chat: dict[str, Any]) -> None:
    choice, engine = answer((*CALL, "\n", *CALL), chat, parallel_tool_calls=False)
    assert len(choice["message"]["tool_calls"]) == 1
    assert choice["finish_reason"] == "tool_calls"
    assert engine.stops == [(engine.generations[0].id, "called")]


@pytest.mark.parametrize("fields", [{}, {"tool_choice": "none"}, {"tool_choice": "auto"}])
def test_a_model_that_only_chats_answers_in_text(fields: dict[str, Any], chat: dict[str, Any]) -> None:
    pieces = ("Hello", " {", "you", "}: it is", ' {"name": 3}', ".")
    choice, _ = answer(pieces, chat, **fields)
    assert choice["message"] == {"role": "assistant", "content": "".join(pieces), "refusal": None}
    assert choice["finish_reason"] == "stop"
    assert choice["scores"]["scorer"] == "lek-v1"
    chunks = stream(pieces, chat, **fields)[:-1]
    assert chunks[0]["choices"][0]["delta"] == {"role": "assistant", "content": "", "refusal": None}
    assert "".join(chunk["choices"][0]["delta"].get("content") or "" for chunk in chunks) == "".join(pieces)


def test_text_in_front_of_a_call_is_content_and_is_scored(chat: dict[str, Any]) -> None:
    choice, _ = answer(("Let me look.\n", *CALL), chat)
    assert choice["message"]["content"].strip() == "Let me look."
    assert choice["message"]["tool_calls"] and choice["scores"] is not None


def test_an_answer_that_only_calls_is_not_counted_as_scored(chat: dict[str, Any]) -> None:
    with TestClient(create_app(FakeEngine(CALL), Settings())) as client:
        body = client.post(URL, json=chat | {"tools": [WEATHER]}).json()
        metrics = client.get("/metrics").text
    assert "lek_score" not in body["metadata"] and "adapter" in body["metadata"]
    assert find(metrics, "candor_responses_scored_total", **BASE_LABELS) == 0
    assert find(metrics, "candor_requests_total", outcome="completed", **BASE_LABELS) == 1


def test_a_call_that_is_cut_says_length(chat: dict[str, Any]) -> None:
    engine = FakeEngine(CALL[:3], reason="length")
    with TestClient(create_app(engine, Settings())) as client:
        (choice,) = client.post(URL, json=chat | {"tools": [WEATHER]}).json()["choices"]
    assert choice["finish_reason"] == "length"
    assert choice["message"]["tool_calls"][0]["function"]["arguments"] == '{"city": "Par'


def test_each_choice_has_calls_of_its_own(chat: dict[str, Any]) -> None:
    with TestClient(create_app(FakeEngine(CALL), Settings())) as client:
        choices = client.post(URL, json=chat | {"tools": [WEATHER], "n": 3}).json()["choices"]
    assert len({choice["message"]["tool_calls"][0]["id"] for choice in choices}) == 3


def test_the_model_is_told_of_tools_in_front_of_the_system_text() -> None:
    system, user = translate(messages=[{"role": "system", "content": "Be kind."}, USER], tools=[WEATHER]).messages
    assert (system.role, user.role) == ("system", "user")
    assert system.content.index("get_weather") < system.content.index("Be kind.")
    assert translate(tools=[WEATHER], tool_choice="none").messages == translate().messages


def test_a_second_turn_shows_calls_and_results() -> None:
    calls = [{"id": "a", "type": "function", "function": {"name": "get_weather", "arguments": '{"city": "Paris"}'}}]
    contents: tuple[Any, ...] = (None, "", [], "missing")
    for content in contents:
        calling: dict[str, Any] = {"role": "assistant", "tool_calls": calls} | ({} if content == "missing" else {"content": content})
        result = {"role": "tool", "tool_call_id": "a", "content": "Rain."}
        _, user, said, returned = translate(messages=[USER, calling, result], tools=[WEATHER]).messages
        assert (user.role, said.role, returned.role) == ("user", "assistant", "user")
        assert said.content == '{"name": "get_weather", "parameters": {"city": "Paris"}}'
        assert "get_weather" in returned.content and "Rain." in returned.content


@pytest.mark.parametrize(
    ("fields", "kind"),
    [({}, None), ({"tool_choice": "none"}, None), ({"tool_choice": "required"}, "lark"), ({"tool_choice": NAMED}, "lark")],
)
def test_a_grammar_holds_an_answer_that_has_to_be_a_call(fields: dict[str, Any], kind: str | None) -> None:
    grammar = translate(tools=[WEATHER, TIME], **fields).grammar
    assert (grammar and grammar.kind) == kind
    assert grammar is None or ("get_weather" in grammar.source) == (fields["tool_choice"] == "required")


def test_some_of_the_tools_may_be_allowed() -> None:
    allowed = {"type": "allowed_tools", "allowed_tools": {"mode": "required", "tools": [NAMED]}}
    grammar = translate(tools=[WEATHER, TIME], tool_choice=allowed).grammar
    assert grammar is not None and "get_weather" not in grammar.source and "get_time" in grammar.source


def test_an_answer_may_be_a_call_or_fit_the_schema() -> None:
    form = {"type": "json_schema", "json_schema": {"name": "x", "schema": {"type": "object", "properties": {"born": {"type": "integer"}}}}}
    grammar = translate(tools=[WEATHER], response_format=form).grammar
    assert grammar is not None and grammar.kind == "lark"
    assert "get_weather" in grammar.source and "born" in grammar.source
    assert grammar.param == "response_format.json_schema.schema"


def test_a_tool_that_need_not_be_called_is_never_refused_for_its_schema() -> None:
    odd = {"type": "function", "function": {"name": "odd", "strict": True, "parameters": {"not": {}, "uniqueItems": True}}}
    assert translate(tools=[odd]).grammar is None
    assert refuse(tools=[odd], tool_choice="required").param == "tools"


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"tools": [{"type": "custom", "custom": {"name": "x"}}]}, "tools[0].type"),
        ({"tools": [{"type": "function"}]}, "tools[0].function"),
        ({"tools": [WEATHER, TIME, WEATHER]}, "tools[2].function.name"),
        ({"tool_choice": "required"}, "tool_choice"),
        ({"tool_choice": NAMED}, "tool_choice"),
        ({"tools": [WEATHER], "tool_choice": NAMED}, "tool_choice"),
        ({"tools": [WEATHER], "tool_choice": {"type": "function"}}, "tool_choice"),
        ({"tools": [WEATHER], "tool_choice": NO_TOOL}, "tool_choice.allowed_tools.tools"),
    ],
)
def test_what_cannot_be_called_is_refused_by_its_place(fields: dict[str, Any], param: str) -> None:
    assert refuse(**fields).param == param


@pytest.mark.parametrize(
    ("num_chars", "left_out", "shown", "hidden"),
    [
        (100, None, "explained", None),
        (500, "tools[].function.parameters.description", '"city"', "explained"),
    ],
)
def test_what_a_context_does_not_hold_of_functions_is_left_out_and_named(
    num_chars: int, left_out: str | None, shown: str, hidden: str | None, chat: dict[str, Any]
) -> None:
    city = {"type": "string", "description": "explained " * (num_chars // 10)}
    tools = [
        {
            "type": "function",
            "function": {"name": f"f{i}", "description": "Do it.", "parameters": {"type": "object", "properties": {"city": city}}},
        }
        for i in range(20)
    ]
    engine = FakeEngine()
    with TestClient(create_app(engine, Settings())) as client:
        response = client.post(URL, json=chat | {"tools": tools})
    assert response.status_code == 200
    assert response.headers.get("x-candor-accepted") == left_out
    told = engine.generations[0].messages[0].content
    assert shown in told
    assert hidden is None or hidden not in told


def test_of_very_many_functions_the_names_are_told(chat: dict[str, Any]) -> None:
    parameters = {"type": "object", "properties": {f"parameter_{i}": {"type": "string"} for i in range(30)}}
    tools = [
        {"type": "function", "function": {"name": f"f{i}", "description": "Do it. And more.", "parameters": parameters}} for i in range(36)
    ]
    engine = FakeEngine()
    with TestClient(create_app(engine, Settings())) as client:
        response = client.post(URL, json=chat | {"tools": tools})
    assert response.headers["x-candor-accepted"] == "tools[].function.parameters"
    told = engine.generations[0].messages[0].content
    assert "f35" in told and "Do it." in told and "parameter_3" not in told


@pytest.mark.parametrize(("choice", "named"), [("required", "tools[].function.parameters"), ("auto", None), (NAMED, None)])
def test_a_schema_that_a_call_is_not_held_to_is_named(choice: object, named: str | None, chat: dict[str, Any]) -> None:
    odd = {
        "type": "function",
        "function": {"name": "odd", "parameters": {"type": "object", "properties": {"a": {"not": {"type": "null"}}}}},
    }
    with TestClient(create_app(FakeEngine(CALL), Settings())) as client:
        response = client.post(URL, json=chat | {"tools": [odd, TIME], "tool_choice": choice})
    assert response.status_code == 200
    assert response.headers.get("x-candor-accepted") == named


@pytest.mark.parametrize("tool", [{"type": "function"}, {"type": "custom", "custom": {"name": "x"}}])
def test_a_tool_that_cannot_be_called_is_a_400(tool: dict[str, Any], engine: FakeEngine, chat: dict[str, Any]) -> None:
    with TestClient(create_app(engine, Settings())) as client:
        response = client.post(URL, json=chat | {"tools": [tool]})
    assert (response.status_code, engine.generations) == (400, [])
