"""Names beside those that are listed, and names of which only some may be used."""

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from server.structured.fault import SchemaRefused
from server.structured.names import write_other_names
from tests.server.structured.admitting import Admitting, prepare
from tests.server.structured.judging import is_valid

ROLE = {"type": "object", "properties": {"role": {"enum": ["user"]}}, "required": ["role"]}
ESCAPED = (r'{"role":"user","\u0072ole":"admin"}', r'{"role":"user","r\u006fle":3}', r'{"role":"user","rol\u0065":null}')
NAMES = ["role", "rol", "content", 'a"b', "é-x", "<b>", "tab\t", "日本"]


@pytest.mark.parametrize("others", [{}, {"additionalProperties": True}, {"additionalProperties": {"type": ["string", "null", "integer"]}}])
@pytest.mark.parametrize("text", ESCAPED)
def test_a_listed_name_in_escapes_is_not_let_in(others: dict[str, Any], text: str) -> None:
    assert not is_valid(text, ROLE)
    admits = Admitting(ROLE | others)
    assert admits('{"role":"user"}')
    assert not admits(text)


def test_an_object_that_says_nothing_of_other_names_has_those_that_it_lists() -> None:
    assert prepare(ROLE) == ROLE | {"additionalProperties": False}
    unlisted = prepare(ROLE | {"required": ["role", "b"]})
    assert unlisted["properties"] == {"role": {"enum": ["user"]}, "b": True}
    pattern = {"type": "object", "patternProperties": {"^x_": {"type": "integer"}}}
    admits = Admitting(pattern)
    assert [admits(text) for text in ('{"x_a":1}', '{"x_a":"b"}', r'{"\u0078_a":"b"}', '{"y":1}')] == [True, False, False, False]


@pytest.mark.parametrize(
    "schema", [{"type": "object"}, {"type": "object", "properties": {}}, {"type": "object", "additionalProperties": {}}]
)
def test_an_object_that_lists_no_names_stays_open(schema: dict[str, Any]) -> None:
    assert Admitting(schema)('{"any":[1]}')


def test_an_object_that_allows_other_names_takes_them_in_plain_letters() -> None:
    admits = Admitting(ROLE | {"additionalProperties": {"type": "integer"}})
    right = ['{"role":"user","a":1}', '{"role":"user","roles":1}', '{"role":"user","ro":1,"":2}', '{"role":"user","ß":1}']
    assert [admits(text) for text in right] == [True] * 4
    assert not admits('{"role":"user","a":"b"}')


@pytest.mark.parametrize("name", [*NAMES, "", "r", "ro", "roles", "Role", "con", "contents", "x", "é", "a'b"])
def test_other_names_are_told_from_those_that_are_listed(name: str) -> None:
    schema = {"type": "object", "properties": {name: {"const": 1} for name in NAMES}, "additionalProperties": {"const": 2}}
    admits = Admitting(schema)
    key = f'"{name}"'.replace('a"b', r"a\"b").replace("\t", r"\t")
    for value in (1, 2):
        assert admits(f"{{{key}:{value}}}") is (value == (1 if name in NAMES else 2))


def test_a_very_long_name_forbids_what_begins_like_it() -> None:
    long = "n" * 1000
    assert len(write_other_names([long])) < 5000
    admits = Admitting({"type": "object", "properties": {long: {"const": 1}}, "additionalProperties": {}})
    assert admits(f'{{"{long}":1}}')
    assert [admits(f'{{"{"n" * length}":2}}') for length in (46, 47, 48, 999)] == [True, True, False, False]


@pytest.mark.parametrize(
    "schema",
    [
        {"allOf": [{"properties": {"a": {}}}, {"properties": {"b": {}}, "required": ["b"]}]},
        {"properties": {"a": {}}, "anyOf": [{"properties": {"b": {}}}, {"properties": {"c": {}}}]},
        {"$defs": {"A": {"properties": {"a": {}}}}, "$ref": "#/$defs/A", "properties": {"b": {}}},
        {"$defs": {"A": {"$anchor": "a", "properties": {"a": {}}}}, "allOf": [{"$ref": "#a"}, {"properties": {"b": {}}}]},
        {
            "$defs": {"A": {"properties": {"a": {}}}, "B": {"$ref": "#/$defs/A"}},
            "allOf": [{"$ref": "#/$defs/B"}, {"properties": {"b": {}}}],
        },
    ],
)
def test_an_object_that_others_speak_of_too_stays_open(schema: dict[str, Any]) -> None:
    assert prepare(schema) == schema


def test_what_stands_alone_in_a_union_or_behind_a_reference_is_closed() -> None:
    one = {"type": "object", "properties": {"a": {"type": "integer"}}}
    admits = Admitting({"$defs": {"A": one}, "anyOf": [{"$ref": "#/$defs/A"}, {"type": "null"}]})
    assert [admits(text) for text in ("null", '{"a":1}', r'{"\u0061":"x"}')] == [True, True, False]
    assert Admitting({"$defs": {"A": one}, "allOf": [{"$ref": "#/$defs/A"}], "description": "x"})(r'{"\u0061":"x"}') is False


@pytest.mark.parametrize(
    ("names", "right", "wrong"),
    [
        ({"enum": ["red", "blue"]}, ['{"red":1}', "{}", '{"red":1,"blue":2}'], ['{"green":1}', '{"red":"a"}', r'{"r\u0065d":1}']),
        ({"type": "string", "enum": ["red"], "title": "Colour"}, ['{"red":1}'], ['{"r":1}']),
        ({"const": "red"}, ['{"red":1}'], ['{"blue":1}']),
        ({"$ref": "#/$defs/Colour"}, ['{"red":1}', "{}"], ['{"green":1}']),
        ({"type": "string", "pattern": "^x_"}, ['{"x_a":1}'], ['{"y":1}', r'{"\u0078_a":1}']),
        ({"pattern": "^x_", "format": "starts_with"}, ['{"x_a":1}'], ['{"y":1}']),
        ({"minLength": 1, "maxLength": 3}, ['{"abc":1}'], ['{"abcd":1}', '{"":1}']),
    ],
)
def test_names_of_which_some_may_be_used(names: dict[str, Any], right: list[str], wrong: list[str]) -> None:
    schema = {
        "$defs": {"Colour": {"enum": ["red", "blue"], "title": "Colour", "type": "string"}},
        "type": "object",
        "propertyNames": names,
        "additionalProperties": {"type": "integer"},
    }
    Draft202012Validator.check_schema(schema)
    admits = Admitting(schema)
    assert [(admits(text), is_valid(text, schema)) for text in right] == [(True, True)] * len(right)
    assert [admits(text) for text in wrong] == [False] * len(wrong)


def test_names_may_be_required_and_listed_beside() -> None:
    schema = {
        "type": "object",
        "propertyNames": {"enum": ["a", "b"]},
        "properties": {"a": {"type": "boolean"}, "c": {}},
        "additionalProperties": {"type": "integer"},
        "required": ["b"],
    }
    admits = Admitting(schema)
    assert [admits(text) for text in ('{"a":true,"b":1}', '{"b":1}', '{"a":true}', '{"b":1,"c":1}')] == [True, True, False, False]


@pytest.mark.parametrize(
    "names", [{"format": "uri-reference"}, {"minLength": 1, "pattern": "a"}, {"$ref": "#/$defs/none"}, {"not": {}}, False]
)
def test_names_that_cannot_be_held_are_refused(names: Any) -> None:
    with pytest.raises(SchemaRefused, match="propertyNames cannot be guaranteed"):
        prepare({"type": "object", "propertyNames": names})
