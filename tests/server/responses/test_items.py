"""From the items of an `input` to turns."""

from typing import Any, get_args, get_type_hints

import pytest
from openai.types.responses import (
    EasyInputMessageParam,
    ResponseFunctionToolCall,
    ResponseFunctionToolCallParam,
    ResponseInputTextParam,
    ResponseOutputMessageParam,
    ResponseOutputTextParam,
)
from openai.types.responses.response_input_item_param import FunctionCallOutput, ResponseInputItemParam
from openai.types.responses.response_input_item_param import Message as MessageParam
from openai.types.responses.response_output_refusal_param import ResponseOutputRefusalParam
from openai.types.responses.response_reasoning_item_param import ResponseReasoningItemParam

from server.wire.responses_request import InputItem, InputPart
from tests.server.responses.asking import accept, refuse, say, translate

USER = {"role": "user", "content": "Hello"}
TEXT = {"type": "input_text", "text": "Hello"}
# As the API gives it, and as the SDK dumps it.
ANSWER = {
    "id": "msg_1_0",
    "type": "message",
    "status": "completed",
    "role": "assistant",
    "content": [{"type": "output_text", "text": "Hi", "annotations": [], "logprobs": []}],
    "phase": None,
}
REASONING = {
    "type": "reasoning",
    "id": "rs_1",
    "summary": [{"type": "summary_text", "text": "Hm"}],
    "encrypted_content": "x",
    "status": None,
}


@pytest.mark.parametrize(
    "params",
    [
        EasyInputMessageParam,
        MessageParam,
        ResponseOutputMessageParam,
        ResponseReasoningItemParam,
        ResponseFunctionToolCallParam,
        FunctionCallOutput,
    ],
)
def test_every_field_of_an_item_that_the_sdk_knows_is_declared(params: Any) -> None:
    assert not set(get_type_hints(params)) - set(InputItem.__struct_encode_fields__)


@pytest.mark.parametrize("params", [ResponseInputTextParam, ResponseOutputTextParam, ResponseOutputRefusalParam])
def test_every_field_of_a_part_that_the_sdk_knows_is_declared(params: Any) -> None:
    assert not set(get_type_hints(params)) - set(InputPart.__struct_fields__)


@pytest.mark.parametrize(
    "input",
    [
        "Hello",
        [USER],
        [USER | {"type": "message"}],
        [{"role": "user", "content": [TEXT]}],
        [{"type": "message", "role": "user", "content": [TEXT], "status": "completed"}],
        [{"role": "user", "content": [{"type": "input_text", "text": "Hel"}, {"type": "text", "text": "lo"}]}],
        [REASONING, USER],
    ],
)
def test_a_question_is_the_same_however_it_is_put(input: Any) -> None:
    assert translate(input=input).messages == translate().messages


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"instructions": "x"}, "s:x u:Hello"),
        ({"instructions": ""}, "u:Hello"),
        ({"instructions": "x", "input": [{"role": "developer", "content": "y"}, USER]}, "s:x|y u:Hello"),
        ({"input": [USER, ANSWER, USER]}, "u:Hello a:Hi u:Hello"),
        ({"input": [USER, {"role": "assistant", "content": "Hi"}, USER]}, "u:Hello a:Hi u:Hello"),
        ({"input": [USER, {"role": "assistant", "content": [{"type": "refusal", "refusal": "No"}]}, USER]}, "u:Hello a:No u:Hello"),
        ({"input": [USER, REASONING, ANSWER, {"role": "system", "content": "z"}, USER]}, "s:z u:Hello a:Hi u:Hello"),
        ({"input": [USER, USER]}, "u:Hello|Hello"),
        ({"input": [{"role": "system", "content": "z"}]}, "u:z"),
        ({"input": [], "instructions": "x"}, "u:x"),
        ({"input": None, "instructions": "x"}, "u:x"),
        ({"input": [ANSWER, USER]}, "u: a:Hi u:Hello"),
        ({"input": ""}, "u:"),
    ],
)
def test_a_conversation_alternates(fields: dict[str, Any], expected: str) -> None:
    assert say(translate(**fields)) == expected


CALL = {"type": "function_call", "call_id": "a", "name": "get_weather", "arguments": '{"city": "Paris"}'}
RESULT = {"type": "function_call_output", "call_id": "a", "output": "Rain."}
SPELT = '{"name": "get_weather", "parameters": {"city": "Paris"}}'
SHOWN = "Result of get_weather:\n```tool_output\nRain.\n```"


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        ([USER, CALL, RESULT], f"u:Hello a:{SPELT} u:{SHOWN}"),
        ([USER, CALL | {"id": "fc_1", "status": "completed", "namespace": None}, RESULT | {"id": None}], f"u:Hello a:{SPELT} u:{SHOWN}"),
        ([USER, CALL, RESULT | {"output": [{"type": "input_text", "text": "Ra"}, {"type": "input_text", "text": "in."}]}], None),
        ([USER, REASONING, CALL, REASONING, RESULT], f"u:Hello a:{SPELT} u:{SHOWN}"),
        ([USER, ANSWER, CALL, RESULT], f"u:Hello a:Hi\n{SPELT} u:{SHOWN}"),
        ([USER, CALL, CALL | {"call_id": "b"}, RESULT | {"call_id": "b", "output": "Sun."}, RESULT], None),
        ([USER, CALL, {"type": "function_call_output", "name": "get_weather", "output": "Rain."}], f"u:Hello a:{SPELT} u:{SHOWN}"),
        ([USER, CALL, RESULT, {"role": "assistant", "content": "Rain."}, USER], f"u:Hello a:{SPELT} u:{SHOWN} a:Rain. u:Hello"),
    ],
)
def test_calls_and_their_results_are_shown(items: list[Any], expected: str | None) -> None:
    if expected is None and len(items) == 3:
        expected = f"u:Hello a:{SPELT} u:{SHOWN}"
    elif expected is None:  # neighbours are one turn, and results stand in the order of their calls
        expected = f"u:Hello a:{SPELT}\n{SPELT} u:{SHOWN}\n{SHOWN.replace('Rain', 'Sun')}"
    assert say(translate(input=items)) == expected


def test_a_call_is_taken_as_the_sdk_dumps_it() -> None:
    dumped = ResponseFunctionToolCall.model_validate(CALL | {"id": "fc_1", "status": "completed"}).model_dump()
    assert "async_" in dumped
    assert translate(input=[USER, dumped, RESULT]) == translate(input=[USER, CALL, RESULT])


def test_an_assistants_message_at_the_end_is_gone_on_from() -> None:
    generation = translate(input=[USER, ANSWER])
    assert (say(generation), generation.beginning) == ("u:Hello", "Hi")


@pytest.mark.parametrize(
    ("items", "named"),
    [
        ([USER, ANSWER, USER], ("input[].id",)),
        ([USER | {"phase": "commentary", "status": "incomplete"}], ("input[].status", "input[].phase")),
        ([REASONING, USER, REASONING], ("input[].type=reasoning",)),
        (
            [USER, CALL | {"id": "x", "namespace": "n", "caller": {"type": "program", "caller_id": "c"}, "async": True}, RESULT],
            ("input[].id", "input[].namespace", "input[].caller", "input[].async"),
        ),
        ([USER, CALL | {"caller": {"type": "direct"}, "async": False, "status": "completed"}, RESULT], ()),
        (
            [USER, CALL, RESULT | {"output": [{"type": "input_text", "text": "x", "prompt_cache_breakpoint": {}}]}],
            ("input[].output[].prompt_cache_breakpoint",),
        ),
        (
            [{"role": "user", "content": [TEXT | {"prompt_cache_breakpoint": {"mode": "explicit"}}, TEXT]}],
            ("input[].content[].prompt_cache_breakpoint",),
        ),
        (
            [USER, {"role": "assistant", "content": [{"type": "output_text", "text": "Hi", "annotations": [{}], "logprobs": [{}]}]}, USER],
            ("input[].content[].annotations", "input[].content[].logprobs"),
        ),
    ],
)
def test_what_changes_nothing_is_named_once(items: list[Any], named: tuple[str, ...]) -> None:
    assert accept(input=items) == named


@pytest.mark.parametrize(
    ("items", "param"),
    [
        ([], "input"),
        ([REASONING], "input"),
        ([USER, {"type": "item_reference", "id": "msg_1"}], "input[1]"),
        ([USER, {"id": "msg_1"}], "input[1]"),
        ([{}], "input[0].type"),
        ([{"content": "Hello"}], "input[0].type"),
        ([{"type": "message", "content": "Hello"}], "input[0].role"),
        ([{"role": "user"}], "input[0].content"),
        ([{"role": "user", "content": None}], "input[0].content"),
        ([{"role": "user", "content": []}], "input[0].content"),
        ([{"role": "user", "content": [{"type": "input_text"}]}], "input[0].content[0].text"),
        ([{"role": "user", "content": [{"type": "refusal"}]}], "input[0].content[0].refusal"),
        ([{"role": "user", "content": [TEXT, {"type": "input_image", "image_url": "x", "detail": "auto"}]}], "input[0].content[1]"),
        ([{"role": "user", "content": [{"type": "input_file", "file_id": "x"}]}], "input[0].content[0]"),
        ([{"role": "user", "content": [TEXT | {"file_id": "x"}]}], "input[0].content[0].file_id"),
        ([USER | {"arguments": "{}"}], "input[0].arguments"),
        ([USER | {"name": "Ada"}], "input[0].name"),
        ([REASONING | {"role": "user"}, USER], "input[0].role"),
        ([USER, RESULT], "input[1].call_id"),
        ([USER, CALL, RESULT | {"call_id": "b"}], "input[2].call_id"),
        ([USER, CALL, RESULT | {"call_id": None}], "input[2].call_id"),
        ([USER, RESULT, CALL, USER], "input[1].call_id"),
        ([USER, CALL | {"call_id": None}, RESULT], "input[1].call_id"),
        ([USER, CALL | {"name": None}, RESULT], "input[1].name"),
        ([USER, CALL | {"arguments": None}, RESULT], "input[1].arguments"),
        ([USER, CALL | {"output": "x"}, RESULT], "input[1].output"),
        ([USER, CALL, RESULT | {"output": None}], "input[2].output"),
        ([USER, CALL, RESULT | {"arguments": "{}"}], "input[2].arguments"),
        ([USER, CALL, RESULT | {"output": [{"type": "input_image", "image_url": "x"}]}], "input[2].output[0]"),
        ([USER, CALL], "input[1]"),
        ([USER, CALL, {"role": "system", "content": "x"}, REASONING], "input[1]"),
        ([USER | {"call_id": "a"}], "input[0].call_id"),
        ([{"type": "compaction_trigger"}, USER], "input[0].type"),
    ],
)
def test_an_item_gemma_cannot_take_is_refused_by_its_place(items: list[Any], param: str) -> None:
    error = refuse(input=items)
    assert error.param == param
    assert param in str(error)


def test_what_is_referred_to_is_to_be_sent() -> None:
    assert "'store': false" in str(refuse(input=[{"type": "item_reference", "id": "msg_1"}, USER]))


def list_types(params: Any) -> tuple[str, ...]:
    return tuple(name for kind in get_args(get_type_hints(params)["type"]) for name in (get_args(kind) or (kind,)) if isinstance(name, str))


UNSUPPORTED = sorted(
    {name for params in get_args(ResponseInputItemParam) for name in list_types(params)}
    - {"message", "reasoning", "item_reference", "function_call", "function_call_output"}
)


def test_the_sdk_has_many_types_of_items() -> None:
    assert {"custom_tool_call", "mcp_call", "program_output"} <= set(UNSUPPORTED)


@pytest.mark.parametrize("type", UNSUPPORTED)
def test_every_other_type_of_item_is_refused_by_name(type: str) -> None:
    error = refuse(input=[USER, {"type": type}])
    assert error.param == "input[1].type"
    assert repr(type) in str(error)
