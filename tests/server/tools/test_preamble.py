"""What a model reads of the functions that it may call."""

import json

import msgspec
import pytest

from server.errors import InvalidRequest
from server.tools.brief_schema import Detail
from server.tools.preamble import write_preamble
from server.tools.tool import Schema, Tool, ToolChoice
from tests.server.tools.offered import TIME, TOOLS, WEATHER

AUTO = ToolChoice()
DETAILS: tuple[Detail, ...] = ("full", "brief", "names")


def described(preamble: str) -> list[dict[str, object]]:
    """Read the functions back: one a line, behind the words."""
    lines = preamble.partition("The functions:\n")[2].splitlines()
    return [json.loads(line) for line in lines]


def test_it_says_how_to_call_and_what() -> None:
    assert write_preamble(TOOLS, AUTO, is_parallel=True) == (
        "You have access to functions. To call one, answer in this format, with no other text:\n"
        '{"name": function name, "parameters": dictionary of argument name and its value}\n'
        "To call several, write one such object a line. "
        "Results come back as tool_output. If no function is needed, answer in plain text.\n"
        "The functions:\n"
        '{"name":"get_weather","description":"Tell the weather.","parameters":{"type":"object","properties":'
        '{"city":{"type":"string"},"days":{"type":"integer"}},"required":["city"]}}\n'
        '{"name":"get-time"}'
    )


def test_several_calls_are_not_spoken_of_where_one_is_allowed() -> None:
    assert "several" not in write_preamble(TOOLS, AUTO, is_parallel=False)


def test_it_is_the_same_whatever_is_required() -> None:
    preambles = {
        write_preamble(TOOLS, choice, is_parallel=True)
        for choice in (AUTO, ToolChoice(mode="required"), ToolChoice(mode="required", names=("get-time",)))
    }
    assert len(preambles) == 1


def test_what_may_not_be_called_as_the_model_likes_is_not_shown() -> None:
    assert described(write_preamble(TOOLS, ToolChoice(names=("get-time",)), is_parallel=True)) == [{"name": "get-time"}]


@pytest.mark.parametrize(("tools", "choice"), [((), AUTO), (TOOLS, ToolChoice(mode="none")), (TOOLS, ToolChoice(names=()))])
def test_there_is_none_where_nothing_may_be_called(tools: tuple[Tool, ...], choice: ToolChoice) -> None:
    assert write_preamble(tools, choice, is_parallel=True) == ""


@pytest.mark.parametrize("parameters", [None, {}, {"type": "object", "properties": {}, "required": [], "additionalProperties": False}])
def test_a_function_without_arguments_is_its_name_and_purpose(parameters: Schema | None) -> None:
    tool = Tool(name="now", description="Tell the time.", parameters=parameters)
    assert described(write_preamble([tool], AUTO, is_parallel=True)) == [{"name": "now", "description": "Tell the time."}]


def test_a_schema_that_no_grammar_takes_is_shown() -> None:
    schema: Schema = {"type": "object", "properties": {"a": {"not": {"type": "null"}, "uniqueItems": True}}, "if": {}, "then": {}}
    (shown,) = described(write_preamble([Tool(name="odd", parameters=schema)], AUTO, is_parallel=True))
    assert shown == {"name": "odd", "parameters": schema}


def test_a_schema_too_deep_to_be_written_is_refused_by_the_name_of_its_function() -> None:
    schema: Schema = {}
    for _ in range(20_000):
        schema = {"items": schema}
    with pytest.raises(InvalidRequest, match="'deep' are nested too deeply") as raised:
        write_preamble([TIME, Tool(name="deep", parameters=schema)], AUTO, is_parallel=True)
    assert raised.value.param == "tools"


def test_a_description_is_one_line_of_json_whatever_it_holds() -> None:
    tool = msgspec.structs.replace(WEATHER, description='Say "hi"\n<end_of_turn>')
    assert described(write_preamble([tool], AUTO, is_parallel=True))[0]["description"] == tool.description


def test_less_is_told_where_a_context_is_short() -> None:
    parameters: Schema = {"type": "object", "properties": {"day": {"type": "string", "description": "Which one."}}}
    tool = Tool(name="weather", description="Tell the weather. Of a day\nor two.", parameters=parameters)
    brief = {"type": "object", "properties": {"day": {"type": "string"}}}
    assert [described(write_preamble([tool], AUTO, is_parallel=True, detail=detail)) for detail in DETAILS] == [
        [{"name": "weather", "description": tool.description, "parameters": parameters}],
        [{"name": "weather", "description": tool.description, "parameters": brief}],
        [{"name": "weather", "description": "Tell the weather."}],
    ]
