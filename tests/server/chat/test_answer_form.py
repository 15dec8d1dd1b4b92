"""The form that a chat's answer must have."""

from typing import Any

import msgspec
import pytest

from server.engine.protocol import Grammar
from server.exchange.answer_form import MOST_RULES
from tests.server.chat.asking import refuse, translate

SCHEMA: dict[str, Any] = {"type": "object", "properties": {"a": {"type": "integer"}}}
ANY = '{"type":"object"}'


def of_schema(schema: object, param: str) -> Grammar:
    return Grammar(kind="json_schema", source=msgspec.json.encode(schema).decode(), param=param)


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        (None, None),
        ({"type": "text"}, None),
        ({"type": "json_object"}, of_schema({"type": "object"}, "response_format.schema")),
        ({"type": "json_object", "schema": SCHEMA}, of_schema(SCHEMA, "response_format.schema")),
        (
            {"type": "json_schema", "json_schema": {"name": "x", "schema": SCHEMA, "strict": True}},
            of_schema(SCHEMA, "response_format.json_schema.schema"),
        ),
        (
            {"type": "json_schema", "json_schema": {"name": "x", "description": None, "schema": SCHEMA, "strict": None}},
            of_schema(SCHEMA, "response_format.json_schema.schema"),
        ),
        ({"type": "json_schema", "json_schema": {"name": "x"}}, of_schema({"type": "object"}, "response_format.json_schema.schema")),
    ],
)
def test_a_response_format_becomes_a_grammar(form: object, expected: Grammar | None) -> None:
    assert translate(response_format=form).grammar == expected


@pytest.mark.parametrize(
    ("outputs", "expected"),
    [
        ({}, None),
        ({"json": None, "json_object": False}, None),
        ({"json": SCHEMA}, of_schema(SCHEMA, "structured_outputs.json")),
        ({"json": '{"type": "object"}'}, of_schema({"type": "object"}, "structured_outputs.json")),
        ({"json_object": True}, of_schema({"type": "object"}, "structured_outputs.json_object")),
        ({"regex": "a+"}, Grammar(kind="regex", source="a+", param="structured_outputs.regex")),
        ({"choice": ["a", 'b"']}, Grammar(kind="regex", source='a|b"', param="structured_outputs.choice")),
        (
            {"grammar": 'start: A\nA: "a"\n%ignore " "'},
            Grammar(kind="lark", source='start: A\nA: "a"\n%ignore " "', param="structured_outputs.grammar"),
        ),
        ({"grammar": 'start: "a"'}, Grammar(kind="lark", source='start: "a"', param="structured_outputs.grammar")),
    ],
)
def test_structured_outputs_become_a_grammar(outputs: object, expected: Grammar | None) -> None:
    assert translate(structured_outputs=outputs).grammar == expected


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"response_format": {"type": "json_schema"}}, "response_format.json_schema"),
        ({"structured_outputs": {"regex": "a", "choice": ["a"]}}, "structured_outputs"),
        ({"structured_outputs": {"regex": "a"}, "response_format": {"type": "json_object"}}, "structured_outputs"),
        ({"structured_outputs": {"grammar": 'start: %json {"type": "integer"}'}}, "structured_outputs.grammar"),
        ({"structured_outputs": {"grammar": '%llguidance {}\nstart: "a"'}}, "structured_outputs.grammar"),
        ({"structured_outputs": {"grammar": 'start: "a"\n' + 'x: "a"\n' * MOST_RULES}}, "structured_outputs.grammar"),
        ({"structured_outputs": {"json": "no"}}, "structured_outputs.json"),
        ({"structured_outputs": {"json": "3"}}, "structured_outputs.json"),
    ],
)
def test_a_form_that_says_nothing_or_two_things_is_refused(fields: dict[str, Any], param: str) -> None:
    assert refuse(**fields).param == param
