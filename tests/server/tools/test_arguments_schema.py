"""What a grammar can hold of a function's arguments."""

from typing import Any

import pytest

from server.structured.fault import SchemaRefused
from server.tools.arguments_schema import ArgumentsChecker, require_object
from server.tools.grammar import write_call_grammar
from server.tools.tool import Schema, Tool, ToolChoice

# Of these the first two pass every check of ours, and only llguidance finds what is wrong.
REFUSED = [
    ({"oneOf": [{"type": "string", "maxLength": 5}, {"type": "string", "minLength": 2}]}, "oneOf"),
    ({"type": "string", "pattern": "(?=a)b"}, "look-around"),
    ({"not": {"type": "null"}}, "not"),
]


def wrap(schema: dict[str, Any], levels: int = 0) -> Schema:
    for _ in range(levels):
        schema = {"type": "object", "properties": {"a": schema}}
    return {"type": "object", "properties": {"a": schema}, "required": ["a"]}


@pytest.mark.parametrize(("schema", "word"), REFUSED)
def test_what_cannot_be_guaranteed_is_refused_by_name(schema: dict[str, Any], word: str) -> None:
    with pytest.raises(SchemaRefused, match=word):
        ArgumentsChecker().prepare(wrap(schema))


@pytest.mark.parametrize("schema", [*(schema for schema, _ in REFUSED), wrap({}, levels=300), wrap({}, levels=5000)], ids=range(5))
def test_a_required_function_that_is_not_strict_takes_any_object_then(schema: dict[str, Any]) -> None:
    grammar = write_call_grammar([Tool(name="f", parameters=wrap(schema))], ToolChoice(mode="required"), is_parallel=False)
    assert '%json {"type": "object", "x-guidance":' in grammar


def test_a_schema_that_is_taken_stays() -> None:
    assert ArgumentsChecker().prepare(wrap({"type": "string"})) == wrap({"type": "string"}) | {"additionalProperties": False}


def test_arguments_are_never_null() -> None:
    assert require_object({"type": ["object", "null"], "nullable": True}) == {"type": "object"}
