"""What a schema loses on its way into a prompt, and what stays."""

from typing import Any

import pytest

from server.tools.brief_schema import MAX_DEPTH, shorten_schema
from server.tools.tool import Schema

STRING = {"type": "string"}


ROOM = {"title": "Of the room", "type": "string"}


@pytest.mark.parametrize(
    ("schema", "shortened"),
    [
        ({"$schema": "http://json-schema.org/draft-07/schema#", "type": "object"}, {"type": "object"}),
        ({"type": "object", "additionalProperties": False, "required": []}, {"type": "object"}),
        ({"additionalProperties": STRING, "required": ["a"]}, {"additionalProperties": STRING, "required": ["a"]}),
        ({"properties": {"chat_id": {"title": "Chat Id", "type": "string"}}}, {"properties": {"chat_id": STRING}}),
        ({"properties": {"chat_id": ROOM}}, {"properties": {"chat_id": ROOM}}),
        ({"title": "search_web", "description": "", "type": "object"}, {"type": "object"}),
        ({"$defs": {"Place": {"title": "Place", "type": "string", "description": None}}}, {"$defs": {"Place": STRING}}),
        ({"anyOf": [{"$schema": "x", "type": "null"}, True]}, {"anyOf": [{"type": "null"}, True]}),
        ({"items": {"description": "", "type": "string"}}, {"items": STRING}),
        ({"anyOf": [STRING, {"type": "null"}], "default": None, "description": "A"}, {"type": ["string", "null"], "description": "A"}),
        ({"anyOf": [STRING, {"type": "null", "enum": [None]}]}, {"anyOf": [STRING, {"type": "null", "enum": [None]}]}),
        ({"anyOf": [STRING, {"type": ["null"]}]}, {"anyOf": [STRING, {"type": ["null"]}]}),
        ({"anyOf": [STRING], "type": "string"}, {"anyOf": [STRING], "type": "string"}),
        ({"anyOf": [], "default": 0}, {"anyOf": [], "default": 0}),
    ],
)
def test_what_tells_nothing_is_left_out(schema: dict[str, Any], shortened: dict[str, Any]) -> None:
    assert shorten_schema(schema, "search_web") == shortened


@pytest.mark.parametrize(
    "schema",
    [
        {"properties": {"title": STRING, "description": STRING, "required": STRING, "$schema": STRING}},
        {"enum": [{"title": "search_web"}, {"description": ""}], "default": {"required": []}, "examples": [{"$schema": "x"}]},
        {"properties": "broken", "anyOf": "broken", "items": [STRING], "title": 3},
    ],
)
def test_names_and_values_that_look_like_keywords_stay(schema: dict[str, Any]) -> None:
    assert shorten_schema(schema, "search_web") == schema


def test_a_brief_schema_explains_nothing() -> None:
    schema: Schema = {"title": "Of the room", "properties": {"title": {"description": "Its name", "default": "x", "enum": ["x"]}}}
    assert shorten_schema(schema, detail="brief") == {"properties": {"title": {"enum": ["x"]}}}


def test_the_order_stays() -> None:
    assert list(shorten_schema({"type": "object", "$schema": "x", "b": 1, "a": 2})) == ["type", "b", "a"]


def test_a_schema_too_deep_is_shown_as_it_is_from_there() -> None:
    schema: dict[str, Any] = {"description": "", "type": "string"}
    for _ in range(900):
        schema = {"items": schema}
    shortened: Any = shorten_schema(schema)
    for _ in range(MAX_DEPTH):
        shortened = shortened["items"]
    assert shortened == shorten_schema(shortened)
