"""Every field of a request for a response: what was decided for it holds, OpenAI's SDK has no other, and the docs say the same."""

from typing import Any, get_args, get_type_hints

import msgspec
import pytest
from openai.types.responses import FunctionToolParam, ResponseFormatTextJSONSchemaConfigParam, ResponseTextConfigParam, ToolParam
from openai.types.responses.response_create_params import ResponseCreateParamsStreaming, StreamOptions
from openai.types.responses.response_includable import ResponseIncludable
from openai.types.shared_params.reasoning import Reasoning as ReasoningParam

from server.exchange.fields import FieldTable
from server.responses.fields import FORMAT, ITEM, PART, REASONING, REQUEST, STREAM_OPTIONS, TEXT, TOOL
from server.wire.generation_fields import GenerationFields
from server.wire.responses_request import (
    Includable,
    InputItem,
    InputPart,
    Reasoning,
    ResponsesRequest,
    ResponseStreamOptions,
    TextConfig,
    TextFormat,
)
from server.wire.responses_tools import OfferedFunction
from tests.server.responses.asking import accept, refuse, translate
from tools.request_fields import RESPONSES_PAGE, RESPONSES_TABLES, fill_in

COMMON = set(GenerationFields.__struct_fields__)
FUNCTION = {"type": "function", "name": "f", "parameters": {"type": "object", "properties": {}}}
SCHEMA = {"type": "object", "properties": {"a": {"type": "integer"}}}
FORM = {"type": "json_schema", "name": "n", "schema": SCHEMA}


@pytest.mark.parametrize(
    ("table", "struct"),
    [
        (REASONING, Reasoning),
        (STREAM_OPTIONS, ResponseStreamOptions),
        (TEXT, TextConfig),
        (FORMAT, TextFormat),
        (ITEM, InputItem),
        (PART, InputPart),
    ],
)
def test_every_field_that_is_read_was_decided_on_and_no_other(table: FieldTable, struct: type[msgspec.Struct]) -> None:
    assert set(table.fields) == set(struct.__struct_encode_fields__)


def test_so_was_every_field_of_a_request_and_of_a_tool() -> None:
    assert set(REQUEST.fields) == set(ResponsesRequest.__struct_fields__) - COMMON
    assert set(TOOL.fields) == {"type", *OfferedFunction.__struct_encode_fields__}


@pytest.mark.parametrize(
    ("table", "theirs"),
    [
        (REASONING, ReasoningParam),
        (STREAM_OPTIONS, StreamOptions),
        (TEXT, ResponseTextConfigParam),
        (FORMAT, ResponseFormatTextJSONSchemaConfigParam),
        (TOOL, FunctionToolParam),
    ],
)
def test_every_field_that_openais_sdk_sends_was_decided_on(table: FieldTable, theirs: Any) -> None:
    known = set(get_type_hints(theirs))
    assert known
    assert not known - set(table.fields)


def test_so_was_every_field_of_a_request_that_openais_sdk_sends() -> None:
    assert not set(get_type_hints(ResponseCreateParamsStreaming)) - set(REQUEST.fields) - COMMON


def test_every_includable_that_the_sdk_knows_is_declared() -> None:
    assert set(get_args(Includable)) == set(get_args(ResponseIncludable))


def name_types(params: Any) -> tuple[str, ...]:
    return tuple(name for name in get_args(get_type_hints(params)["type"]) if isinstance(name, str))


TYPES_OF_TOOLS = sorted({name for params in get_args(ToolParam) for name in name_types(params)} - {"function"})


def test_the_sdk_has_many_types_of_tools() -> None:
    assert {"web_search", "file_search", "mcp", "custom", "code_interpreter", "namespace"} <= set(TYPES_OF_TOOLS)


@pytest.mark.parametrize("type", TYPES_OF_TOOLS)
def test_every_tool_that_is_no_function_is_refused_by_its_place(type: str, client: Any) -> None:
    body = {"model": "gemma-3-demo", "input": "Hello", "tools": [FUNCTION, {"type": type}]}
    response = client.post("/v1/responses", json=body)
    assert (response.status_code, response.json()["error"]["param"]) == (400, "tools[1].type")
    assert repr(type) in response.json()["error"]["message"]


@pytest.mark.parametrize("field", sorted(set(ResponsesRequest.__struct_fields__) - {"model", "input"}))
def test_null_is_the_same_as_nothing(field: str) -> None:
    assert translate(**{field: None}) == translate()
    assert accept(**{field: None}) == ()


PASSING = [(name, value) for name, field in REQUEST.fields.items() for value in field.passes]


@pytest.mark.parametrize(("field", "value"), PASSING)
def test_a_value_that_asks_for_nothing_passes_without_a_word(field: str, value: str) -> None:
    fields = {field: msgspec.json.decode(value)}
    assert translate(**fields) == translate()
    assert accept(**fields) == ()


NEUTRAL: list[dict[str, Any]] = [
    {"include": []},
    {"include": ["message.output_text.logprobs"]},
    {"parallel_tool_calls": True, "tools": [], "tool_choice": "auto"},
    {"parallel_tool_calls": False, "tool_choice": "none"},
    {"reasoning": {}},
    {"reasoning": {"effort": "none", "mode": "standard", "context": "auto", "summary": None}},
    {"stream": True, "stream_options": {"include_obfuscation": False}},
    {"text": {}},
    {"text": {"format": {"type": "text"}, "verbosity": "medium"}},
    {"text": {"format": FORM}},
    {"text": {"format": FORM | {"description": None, "strict": None}}},
    {"tools": [FUNCTION | {"allowed_callers": ["direct"], "async": False, "defer_loading": False, "output_schema": None}]},
    {"top_logprobs": 0},
    {"top_logprobs": 0.0},
]


@pytest.mark.parametrize("fields", NEUTRAL)
def test_what_asks_for_nothing_more_is_not_named(fields: dict[str, Any]) -> None:
    assert accept(**fields) == ()


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"include": ["reasoning.encrypted_content"]}, "include"),
        ({"max_tool_calls": 3}, "max_tool_calls"),
        ({"prompt_cache_key": "k"}, "prompt_cache_key"),
        ({"prompt_cache_options": {"mode": "implicit", "ttl": "30m", "prewarm": True}}, "prompt_cache_options"),
        ({"prompt_cache_retention": "24h"}, "prompt_cache_retention"),
        ({"reasoning": {"effort": "high"}}, "reasoning.effort"),
        ({"reasoning": {"summary": "auto"}}, "reasoning.summary"),
        ({"reasoning": {"generate_summary": "auto"}}, "reasoning.generate_summary"),
        ({"reasoning": {"context": "all_turns"}}, "reasoning.context"),
        ({"reasoning": {"mode": "pro"}}, "reasoning.mode"),
        ({"safety_identifier": "s"}, "safety_identifier"),
        ({"service_tier": "flex"}, "service_tier"),
        ({"stream_options": {"include_obfuscation": True}}, "stream_options.include_obfuscation"),
        ({"text": {"verbosity": "low"}}, "text.verbosity"),
        ({"truncation": "auto"}, "truncation"),
        ({"user": "u"}, "user"),
    ],
)
def test_what_changes_nothing_is_named(fields: dict[str, Any], named: str) -> None:
    assert translate(**fields) == translate()
    assert accept(**fields) == (named,)


def test_so_is_what_changes_nothing_of_a_tool_or_a_format() -> None:
    assert accept(tools=[FUNCTION, FUNCTION | {"name": "g", "output_schema": SCHEMA}]) == ("tools[].output_schema",)
    assert translate(tools=[FUNCTION | {"output_schema": SCHEMA}]) == translate(tools=[FUNCTION])
    assert accept(text={"format": FORM | {"description": "x"}}) == ("text.format.description",)
    assert translate(text={"format": FORM | {"description": "x"}}) == translate(text={"format": FORM})


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("access_programs", {"cyber": "standard"}),
        ("background", True),
        ("background_options", {"completion_window": "2h"}),
        ("context_management", [{"type": "compaction"}]),
        ("conversation", "conv_1"),
        ("image", {"context_compression": "disabled"}),
        ("moderation", {}),
        ("previous_response_id", "resp_0"),
        ("prompt", {"id": "pmpt_1"}),
        ("store", True),
        ("store", 0),
    ],
)
def test_what_candor_does_not_have_is_refused_by_name(field: str, value: object) -> None:
    error = refuse(**{field: value})
    assert error.param == field
    assert f"'{field}' is not supported" in str(error)
    assert REQUEST.fields[field].advice in str(error)


@pytest.mark.parametrize(("field", "value"), [("allowed_callers", ["programmatic"]), ("async", True), ("defer_loading", True)])
def test_what_candor_does_not_have_of_a_tool_is_refused_by_its_place(field: str, value: object) -> None:
    assert refuse(tools=[FUNCTION, FUNCTION | {"name": "g", field: value}]).param == f"tools[1].{field}"


def test_what_asks_for_something_kept_says_what_to_do() -> None:
    assert "send the whole conversation in `input`" in str(refuse(previous_response_id="resp_0"))
    assert "leave it out, which here means false" in str(refuse(store=True))


def test_all_faults_are_in_the_message() -> None:
    error = refuse(store=True, background=True, max_output_tokens=0, temperature=1, scorer="nobody", input=[])
    assert error.param == "store"
    assert all(f"'{name}'" in str(error) for name in ("background", "store", "max_output_tokens", "scorer", "input"))


def test_the_docs_say_the_same() -> None:
    page = RESPONSES_PAGE.read_text()
    assert fill_in(page, RESPONSES_TABLES) == page, "python -m tools.request_fields writes them anew"
    assert page.count("<!-- fields of ") == len(RESPONSES_TABLES)
