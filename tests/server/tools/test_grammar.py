"""What llguidance lets through of an answer that has to be a call."""

from typing import Any

import llguidance
import pytest

from server.engine.protocol import Message
from server.errors import InvalidRequest
from server.tools.grammar import MAX_CALLS, write_call_grammar
from server.tools.history import Called, spell_turns
from server.tools.tool import Tool, ToolChoice
from tests.server.tools.offered import TOOLS, read

BYTES = llguidance.LLTokenizer("byte")
DRAFT_7 = "http://json-schema.org/draft-07/schema#"
REQUIRED = ToolChoice(mode="required")
PARIS = '{"name": "get_weather", "parameters": {"city": "Paris"}}'
NOW = '{"name": "get-time", "parameters": {}}'


def write(*tools: Tool, choice: ToolChoice = REQUIRED, is_parallel: bool = True) -> str:
    return write_call_grammar(tools or TOOLS, choice, is_parallel=is_parallel)


def takes(grammar: str, answer: str) -> bool:
    """Say whether the grammar lets the whole of `answer` through and may end there."""
    matcher = llguidance.LLMatcher(BYTES, llguidance.LLMatcher.grammar_from_lark(grammar))
    assert not matcher.get_error(), matcher.get_error()
    text = list(answer.encode())
    return matcher.try_consume_tokens(text) == len(text) and matcher.is_accepting()


@pytest.mark.parametrize(
    ("answer", "is_taken"),
    [
        (PARIS, True),
        (NOW, True),
        ('{"name": "get_weather", "parameters": {"city": "Paris", "days": 3}}', True),
        (f"{PARIS}\n{NOW}\n{PARIS}", True),
        ("\n".join([NOW] * MAX_CALLS), True),
        ("\n".join([NOW] * (MAX_CALLS + 1)), False),
        ("", False),
        ("Hello", False),
        (PARIS[:-1], False),
        (f" {PARIS}", False),
        (f"{PARIS}\n", False),
        (f"{PARIS} {NOW}", False),
        ('{"name":"get-time","parameters":{}}', False),
        ('{"name": "unknown", "parameters": {}}', False),
        ('{"name": "get_weather", "parameters": {}}', False),
        ('{"name": "get_weather", "parameters": {"city": 3}}', False),
        ('{"name": "get_weather", "parameters": {"city": "Paris", "state": "x"}}', False),
        ('{"name": "get_weather", "parameters": {"city":  "Paris"}}', False),
        ('{"name": "get-time", "parameters": {"a": 1}}', False),
    ],
)
def test_an_answer_is_calls_that_fit(answer: str, is_taken: bool) -> None:
    assert takes(write(), answer) is is_taken


def test_without_parallel_calls_there_is_one() -> None:
    grammar = write(is_parallel=False)
    assert takes(grammar, NOW)
    assert not takes(grammar, f"{NOW}\n{NOW}")


def test_a_named_function_is_called_once() -> None:
    grammar = write(choice=ToolChoice(mode="required", names=("get-time",)))
    assert [takes(grammar, answer) for answer in (NOW, PARIS, f"{NOW}\n{NOW}")] == [True, False, False]


def test_of_several_named_any_may_be_called() -> None:
    grammar = write(*TOOLS, Tool(name="other"), choice=ToolChoice(mode="required", names=("get-time", "other")))
    answers = (NOW, PARIS, f'{NOW}\n{{"name": "other", "parameters": {{}}}}')
    assert [takes(grammar, answer) for answer in answers] == [True, False, True]


@pytest.mark.parametrize("answer", [PARIS, f"{PARIS}\n{NOW}"])
def test_what_the_grammar_lets_through_is_read_as_calls_and_spelt_the_same_in_the_next_turn(answer: str) -> None:
    assert takes(write(), answer)
    collected = read(answer)
    assert collected.text == ""
    assert spell_turns([Called(calls=collected.calls)]) == (Message(role="assistant", content=answer),)


@pytest.mark.parametrize(
    ("parameters", "arguments", "is_taken"),
    [
        (None, '{"a": 1}', False),
        ({}, '{"a": 1}', True),
        ({}, "[]", False),
        ({"type": "object"}, '{"a": {"b": [null]}}', True),
        ({"type": ["object", "null"]}, "null", False),
        ({"type": ["object", "null"]}, "{}", True),
        ({"properties": {"a": {"type": "integer"}}}, '{"a": 1}', True),
        ({"properties": {"a": {"type": "integer"}}}, '{"b": 1}', False),
        ({"properties": {"a": {"type": "integer"}}, "additionalProperties": True}, '{"b": 1}', True),
        ({"properties": {"a": {"type": "integer"}}, "additionalProperties": {"type": "null"}}, '{"b": 1}', False),
        ({"$defs": {"X": {"type": "object", "properties": {"a": {"type": "integer"}}}}, "$ref": "#/$defs/X"}, '{"a": 1}', True),
        ({"properties": {"a": {"$ref": "#/$defs/N"}}, "$defs": {"N": {"enum": [1, "é\n\"}"]}}}, '{"a": "é\\n\\"}"}', True),
        ({"properties": {"a": {}}, "x-guidance": {"whitespace_pattern": " *"}}, '{"a":    1}', False),
        ({"properties": {"a": {"type": "integer"}}, "title": "T", "$schema": DRAFT_7, "required": ["a"]}, "{}", False),
    ],
)  # fmt: skip
def test_arguments_are_an_object_that_fits(parameters: dict[str, Any] | None, arguments: str, is_taken: bool) -> None:
    grammar = write(Tool(name="f", parameters=parameters, is_strict=True))
    assert takes(grammar, f'{{"name": "f", "parameters": {arguments}}}') is is_taken


def test_a_schema_that_no_grammar_takes_is_any_object() -> None:
    grammar = write(Tool(name="f", parameters={"type": "object", "properties": {"a": {"not": {"type": "null"}}}}))
    assert takes(grammar, '{"name": "f", "parameters": {"z": [1]}}')
    assert not takes(grammar, '{"name": "f", "parameters": [1]}')


def test_a_strict_schema_that_no_grammar_takes_is_refused_with_its_keyword() -> None:
    odd = Tool(name="odd", parameters={"type": "object", "properties": {"a": {"not": {"type": "null"}}}}, is_strict=True)
    with pytest.raises(InvalidRequest, match=r"'odd' cannot be kept: not cannot be guaranteed.*properties/a") as raised:
        write(*TOOLS, odd)
    assert raised.value.param == "tools"
    assert takes(write(*TOOLS, odd, choice=ToolChoice(mode="required", names=("get-time",))), NOW)


def test_parameters_that_are_no_object_are_refused() -> None:
    with pytest.raises(InvalidRequest, match="'f' are of type 'string': expected 'object'"):
        write(Tool(name="f", parameters={"type": "string"}))
