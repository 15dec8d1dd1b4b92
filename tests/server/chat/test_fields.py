"""Every field of a chat's and a completion's body: what was decided for it holds, OpenAI's SDK has no other, and the docs say the same."""

import types
import typing
from collections.abc import Iterator
from typing import Any, Literal, NotRequired, Required, Union, get_args, get_origin

import msgspec
import pytest
from litestar import Litestar
from litestar.testing import TestClient
from openai import BaseModel
from openai.types.chat import (
    ChatCompletionMessage,
    ChatCompletionMessageFunctionToolCallParam,
    ChatCompletionMessageParam,
    ChatCompletionToolUnionParam,
    ParsedChatCompletionMessage,
    ParsedFunction,
    ParsedFunctionToolCall,
)
from openai.types.chat.chat_completion_assistant_message_param import ContentArrayOfContentPart
from openai.types.chat.chat_completion_content_part_param import ChatCompletionContentPartParam
from openai.types.chat.chat_completion_message_function_tool_call_param import Function as CalledFunctionParam
from openai.types.chat.chat_completion_stream_options_param import ChatCompletionStreamOptionsParam
from openai.types.chat.completion_create_params import CompletionCreateParamsNonStreaming, CompletionCreateParamsStreaming
from typing_extensions import is_typeddict

from server.chat.field_check import list_accepted_fields
from server.chat.fields import CALL, CALLED_FUNCTION, JSON_SCHEMA, MESSAGE, PART, REQUEST, TEMPLATE_KWARGS, TOOL
from server.completions import fields as completion_fields
from server.exchange import exchange
from server.exchange.fields import FieldTable
from server.exchange.generation_fields import STREAM_OPTIONS
from server.wire.answer_form import JsonSchema
from server.wire.chat_request import ChatRequest, ChatTemplateKwargs, ContentPart, RequestMessage, StreamOptions
from server.wire.completion_request import CompletionRequest
from server.wire.tools import RequestCalledFunction, RequestToolCall, ToolDefinition
from tests.server.chat.asking import USER, ask, refuse, translate
from tests.server.fake_engine import FakeEngine
from tools.request_fields import PAGE, TABLES, fill_in

STRUCTS: list[tuple[FieldTable, type[msgspec.Struct]]] = [
    (REQUEST, ChatRequest),
    (STREAM_OPTIONS, StreamOptions),
    (TEMPLATE_KWARGS, ChatTemplateKwargs),
    (MESSAGE, RequestMessage),
    (PART, ContentPart),
    (TOOL, ToolDefinition),
    (CALL, RequestToolCall),
    (CALLED_FUNCTION, RequestCalledFunction),
    (JSON_SCHEMA, JsonSchema),
    (completion_fields.REQUEST, CompletionRequest),
]
FUNCTION = {"type": "function", "function": {"name": "f"}}
# What a value of each JSON type may look like: of them at least one fits an accepted field.
VALUES = ("x", {"a": 1}, ["x"], True, 7)


def members(alias: Any) -> Iterator[Any]:
    """Every type that a union is of, through what else may stand around it."""
    origin = get_origin(alias)
    if origin in (Union, types.UnionType, Required, NotRequired):
        for argument in get_args(alias):
            yield from members(argument)
    else:
        yield alias


def names(alias: Any) -> set[str]:
    """The fields of all structures that a union is of."""
    structures = [member for member in members(alias) if is_typeddict(member)]
    assert structures
    return {name for structure in structures for name in typing.get_type_hints(structure)}


def literals(alias: Any) -> Iterator[str]:
    return (value for member in members(alias) if get_origin(member) is Literal for value in get_args(member))


@pytest.mark.parametrize(("table", "struct"), STRUCTS)
def test_every_field_that_is_read_was_decided_on_and_no_other(table: FieldTable, struct: type[msgspec.Struct]) -> None:
    assert set(table.fields) == set(struct.__struct_fields__)


@pytest.mark.parametrize(
    ("alias", "table"),
    [
        (CompletionCreateParamsNonStreaming, REQUEST),
        (CompletionCreateParamsStreaming, REQUEST),
        (ChatCompletionStreamOptionsParam, STREAM_OPTIONS),
        (ChatCompletionMessageParam, MESSAGE),
        (ChatCompletionContentPartParam, PART),
        (ContentArrayOfContentPart, PART),
        (ChatCompletionToolUnionParam, TOOL),
        (ChatCompletionMessageFunctionToolCallParam, CALL),
        (CalledFunctionParam, CALLED_FUNCTION),
    ],
)
def test_every_field_that_openais_sdk_sends_was_decided_on(alias: Any, table: FieldTable) -> None:
    assert names(alias) - set(table.fields) == set()


def test_every_field_of_an_answer_may_come_back() -> None:
    models: list[tuple[type[BaseModel], FieldTable]] = [
        (ChatCompletionMessage, MESSAGE),
        (ParsedChatCompletionMessage, MESSAGE),
        (ParsedFunctionToolCall, CALL),
        (ParsedFunction, CALLED_FUNCTION),
    ]
    for model, table in models:
        assert set(model.model_fields) - set(table.fields) == set()


def test_every_value_that_openais_sdk_names_is_taken_or_refused_by_its_field() -> None:
    hints = typing.get_type_hints(CompletionCreateParamsNonStreaming)
    found = {(field, value) for field, alias in hints.items() for value in literals(alias) if field not in ("model", "stream")}
    assert {("service_tier", "fast"), ("reasoning_effort", "xhigh"), ("verbosity", "low"), ("tool_choice", "required")} <= found
    for field, value in sorted(found):
        if field == "tool_choice":
            translate(tool_choice=value, tools=[FUNCTION])
        elif REQUEST.fields[field].decision == "accepted" or msgspec.json.encode(value).decode() in REQUEST.fields[field].passes:
            assert translate(**{field: value}) == translate()
        else:
            assert refuse(**{field: value}).param == field


@pytest.mark.parametrize(("field", "value"), [(name, value) for name, field in REQUEST.fields.items() for value in field.passes])
def test_a_value_that_asks_for_nothing_passes_without_a_word(field: str, value: str) -> None:
    fields = {field: msgspec.json.decode(value)}
    assert translate(**fields) == translate()
    assert list_accepted_fields(ask(**fields)) == ()


@pytest.mark.parametrize(("field", "value"), [(name, value) for name, field in MESSAGE.fields.items() for value in field.passes])
def test_a_value_of_a_message_that_asks_for_nothing_passes_without_a_word(field: str, value: str) -> None:
    messages = [USER | {field: msgspec.json.decode(value)}]
    assert translate(messages=messages) == translate()
    assert list_accepted_fields(ask(messages=messages)) == ()


@pytest.mark.parametrize(
    "fields",
    [
        {"n": 1.0, "logprobs": False, "top_logprobs": 0.0},
        {"tools": [], "tool_choice": "auto", "parallel_tool_calls": True},
        {"tools": None, "tool_choice": "none", "parallel_tool_calls": False},
        {"scorer": None, "degeneration": None, "lora": None, "tools": None, "audio": None, "stream_options": None},
        {"stream_options": {}},
        {"stream_options": {"include_usage": False, "include_obfuscation": None}},
        {"stream": True, "stream_options": {"include_obfuscation": False, "continuous_usage_stats": False}},
        {"chat_template_kwargs": {}},
        {"chat_template_kwargs": {"enable_thinking": False, "thinking": None}},
        {"messages": [USER | {"name": None, "tool_calls": None, "content": [{"type": "text", "text": "Hello", "file": None}]}]},
    ],
)
def test_what_asks_for_nothing_passes_without_a_word(fields: dict[str, Any]) -> None:
    assert translate(**fields) == translate()
    assert list_accepted_fields(ask(**fields)) == ()


def accept(build: Any, name: str) -> ChatRequest:
    """Ask with a value of the accepted field that fits its type."""
    for value in VALUES:
        try:
            return ask(**build({name: value}))
        except msgspec.ValidationError:
            continue
    raise AssertionError(f"no value fits {name}")


def in_message(fields: dict[str, Any]) -> dict[str, Any]:
    return {"messages": [USER, {"role": "assistant", "content": "Hi"} | fields, USER]}


def in_tool(fields: dict[str, Any]) -> dict[str, Any]:
    return {"tools": [FUNCTION | fields]}


def in_call(fields: dict[str, Any]) -> dict[str, Any]:
    call = {"id": "call_1", "function": {"name": "f", "arguments": "{}"}} | fields
    return {"messages": [USER, {"role": "assistant", "tool_calls": [call]}, {"role": "tool", "tool_call_id": "call_1", "content": "1"}]}


def in_called_function(fields: dict[str, Any]) -> dict[str, Any]:
    return in_call({"function": {"name": "f", "arguments": "{}"} | fields})


def in_part(fields: dict[str, Any]) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": [{"type": "text", "text": "Hello"} | fields]}]}


ACCEPTED = [
    (place + name, build, name)
    for place, table, build in [
        ("", REQUEST, lambda fields: fields),
        ("stream_options.", STREAM_OPTIONS, lambda fields: {"stream": True, "stream_options": fields}),
        ("chat_template_kwargs.", TEMPLATE_KWARGS, lambda fields: {"chat_template_kwargs": fields}),
        ("messages[].", MESSAGE, in_message),
        ("messages[].content[].", PART, in_part),
        ("tools[].", TOOL, in_tool),
        ("messages[].tool_calls[].", CALL, in_call),
        ("messages[].tool_calls[].function.", CALLED_FUNCTION, in_called_function),
    ]
    for name, field in table.fields.items()
    if field.decision == "accepted"
]


@pytest.mark.parametrize(("place", "build", "name"), ACCEPTED)
def test_what_is_accepted_changes_nothing_and_is_named(place: str, build: Any, name: str) -> None:
    request = accept(build, name)
    assert list_accepted_fields(request) == (place,)
    assert translate(**msgspec.to_builtins(request)) == translate(**build({}))


def test_what_is_accepted_is_named_once_with_its_place() -> None:
    named = USER | {"name": "Ada", "id": 7}
    breakpoint = {"type": "text", "text": "Hi", "prompt_cache_breakpoint": {"mode": "explicit"}}
    request = ask(messages=[named, {"role": "user", "content": [breakpoint, breakpoint]}, named], service_tier="flex", user="u")
    assert list_accepted_fields(request) == (
        "service_tier",
        "user",
        "messages[].name",
        "messages[].id",
        "messages[].content[].prompt_cache_breakpoint",
    )


def test_options_of_a_stream_change_nothing_of_a_whole_answer() -> None:
    for options in ({"include_usage": True}, {"continuous_usage_stats": True}):
        assert translate(stream_options=options, stream=False) == translate()
        assert list_accepted_fields(ask(stream_options=options)) == ("stream_options",)


def test_a_prefix_that_a_message_follows_is_accepted() -> None:
    begun = {"role": "assistant", "content": "Sure", "prefix": True}
    assert list_accepted_fields(ask(messages=[USER, begun, USER])) == ("messages[].prefix",)
    assert list_accepted_fields(ask(messages=[USER, begun])) == ()


def test_all_that_can_be_accepted_fits_into_the_header() -> None:
    assert len(", ".join(place for place, _, _ in ACCEPTED)) + len(", stream_options, messages[].prefix") < exchange._MAX_ACCEPTED_BYTES


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("functions", [{}]),
        ("function_call", {"name": "f"}),
        ("modalities", ["text", "audio"]),
        ("audio", {}),
        ("web_search_options", {}),
        ("moderation", {}),
        ("store", True),
        ("chat_template", ""),
    ],
)
def test_what_would_change_the_answer_is_refused_by_name(field: str, value: object) -> None:
    error = refuse(**{field: value})
    assert error.param == field
    assert f"'{field}' is not supported" in str(error)
    assert REQUEST.fields[field].advice in str(error)


def test_a_refusal_says_what_passes() -> None:
    expected = "'store' is not supported (candor keeps no answers): leave it out (only null or false is accepted)."
    assert str(refuse(store=True)) == expected
    assert "start the server with --chat-template FILE" in str(refuse(chat_template="{{ x }}"))


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"min_tokenz": 1}, "min_tokenz"),
        ({"chat_template_kwargs": {"style": "x"}}, "chat_template_kwargs.style"),
        ({"stream_options": {"usage": True}}, "stream_options.usage"),
        ({"messages": [USER | {"mood": "good"}]}, "messages[0].mood"),
        ({"messages": [{"role": "user", "content": [{"type": "text", "text": "a", "bold": True}]}]}, "messages[0].content[0].bold"),
        (in_call({"mood": "good"}), "messages[1].tool_calls[0].mood"),
        (in_called_function({"mood": "good"}), "messages[1].tool_calls[0].function.mood"),
    ],
)
def test_an_unknown_field_is_refused_at_every_level(fields: dict[str, Any], param: str, client: TestClient[Litestar]) -> None:
    response = client.post("/v1/chat/completions", json={"model": "gemma-3-demo", "messages": [USER]} | fields)
    assert response.status_code == 400
    error = response.json()["error"]
    assert (error["message"], error["param"]) == (f"Unknown field: {param}.", param)


@pytest.mark.parametrize("stream", [False, True])
def test_the_answers_header_names_what_was_accepted(stream: bool, client: TestClient[Litestar], chat: dict[str, Any]) -> None:
    chat |= {"stream": stream, "service_tier": "flex", "messages": [USER | {"name": "Ada"}]}
    response = client.post("/v1/chat/completions", json=chat)
    assert response.status_code == 200
    assert response.headers["x-candor-accepted"] == "service_tier, messages[].name"


@pytest.mark.parametrize("stream", [False, True])
def test_without_anything_accepted_there_is_no_header(
    stream: bool, engine: FakeEngine, client: TestClient[Litestar], chat: dict[str, Any]
) -> None:
    response = client.post("/v1/chat/completions", json=chat | {"stream": stream, "n": 1, "tools": []})
    assert len(engine.generations) == 1
    assert "x-candor-accepted" not in response.headers


def test_the_docs_say_the_same() -> None:
    page = PAGE.read_text()
    assert fill_in(page) == page, "python -m tools.request_fields writes them anew"
    assert page.count("<!-- fields of ") == len(TABLES) == len(STRUCTS)
