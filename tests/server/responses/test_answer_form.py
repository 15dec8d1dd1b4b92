"""The form that the text of a response must have."""

from typing import Any

import msgspec
import pytest
from litestar.testing import TestClient
from openai.types.responses import Response

from server.app import create_app
from server.engine.protocol import Grammar
from server.settings.settings import Settings
from tests.server.fake_engine import FakeEngine
from tests.server.responses.asking import refuse, translate
from tests.server.responses.reading import read_events

SCHEMA: dict[str, Any] = {"type": "object", "properties": {"born": {"type": "integer"}}, "required": ["born"]}
FORM: dict[str, Any] = {"type": "json_schema", "name": "person", "schema": SCHEMA, "strict": True}
WEATHER = {"type": "function", "name": "get_weather", "parameters": {"type": "object", "properties": {"city": {"type": "string"}}}}


def of_schema(schema: object) -> Grammar:
    return Grammar(kind="json_schema", source=msgspec.json.encode(schema).decode(), param="text.format.schema")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (None, None),
        ({}, None),
        ({"format": None}, None),
        ({"format": {"type": "text"}}, None),
        ({"format": {"type": "json_object"}}, of_schema({"type": "object"})),
        ({"format": FORM}, of_schema(SCHEMA)),
        ({"format": FORM | {"strict": False}}, of_schema(SCHEMA)),
        ({"format": FORM | {"strict": None, "description": None}}, of_schema(SCHEMA)),
        ({"format": {"type": "json_schema", "schema": SCHEMA}}, of_schema(SCHEMA)),
        ({"format": FORM | {"schema": {}}}, of_schema({})),
    ],
)
def test_a_format_becomes_a_grammar(text: object, expected: Grammar | None) -> None:
    assert translate(text=text).grammar == expected


@pytest.mark.parametrize(
    ("format", "param"),
    [
        ({"type": "json_schema", "name": "x"}, "text.format.schema"),
        ({"type": "json_schema", "name": "x", "schema": None}, "text.format.schema"),
        ({"type": "json_object", "schema": SCHEMA}, "text.format.schema"),
        ({"type": "text", "strict": True}, "text.format.strict"),
        ({"type": "text", "name": "x"}, "text.format.name"),
        ({"type": "json_object", "description": "x"}, "text.format.description"),
    ],
)
def test_a_format_that_says_too_little_or_too_much_is_refused(format: dict[str, Any], param: str) -> None:
    assert refuse(text={"format": format}).param == param


def test_an_answer_may_be_a_call_or_fit_the_schema() -> None:
    grammar = translate(tools=[WEATHER], text={"format": FORM}).grammar
    assert grammar is not None and grammar.kind == "lark"
    assert "get_weather" in grammar.source and "born" in grammar.source
    assert grammar.param == "text.format.schema"


def test_beside_a_required_call_there_is_no_text_to_have_a_form() -> None:
    grammar = translate(tools=[WEATHER], tool_choice={"type": "function", "name": "get_weather"}, text={"format": FORM}).grammar
    assert grammar is not None and "get_weather" in grammar.source and "born" not in grammar.source


def test_a_schema_that_cannot_be_kept_beside_tools_is_refused_by_its_place() -> None:
    error = refuse(tools=[WEATHER], text={"format": FORM | {"schema": {"not": {}}}})
    assert (error.param, "not" in str(error)) == ("text.format.schema", True)


@pytest.mark.parametrize("format", [FORM, FORM | {"description": "x"}, {"type": "json_object"}, {"type": "text"}, None])
def test_the_format_comes_back_as_it_was_sent(format: dict[str, Any] | None) -> None:
    asked = {"model": "gemma-3-demo", "input": "Hello", "text": {"format": format}}
    with TestClient(create_app(FakeEngine(['{"born": 3}']), Settings())) as client:
        body = client.post("/v1/responses", json=asked).json()
        created = read_events(client.post("/v1/responses", json=asked | {"stream": True}).content)[0]["response"]
    assert body["text"] == created["text"] == {"format": format or {"type": "text"}}
    assert body["output"][0]["content"][0]["text"] == '{"born": 3}'
    parsed = Response.model_validate(body).text
    assert parsed is not None and parsed.format is not None and parsed.format.type == (format or {"type": "text"})["type"]
