"""A client's schema: what is honoured, rewritten, left alone, and refused with its place."""

from typing import Any

import msgspec
import pytest

from server.structured.fault import SchemaRefused
from server.structured.schema import DEEPEST, prepare_schema


def prepare(schema: Any) -> dict[str, Any]:
    return prepare_schema(msgspec.json.encode(schema).decode())


def refuse(schema: Any) -> list[tuple[str, str]]:
    with pytest.raises(SchemaRefused) as caught:
        prepare(schema)
    return [(fault.place, fault.problem) for fault in caught.value.faults]


@pytest.mark.parametrize(
    ("keyword", "value"),
    [
        ("not", {"type": "string"}),
        ("uniqueItems", True),
        ("contains", {"type": "string"}),
        ("propertyNames", {"format": "iri"}),
        ("dependentRequired", {"a": ["b"]}),
        ("dependentSchemas", {"a": {}}),
        ("dependencies", {"a": ["b"]}),
        ("unevaluatedProperties", False),
        ("unevaluatedItems", {"type": "string"}),
        ("contentEncoding", "quoted-printable"),
        ("contentMediaType", "application/json"),
        ("contentSchema", {}),
        ("$dynamicRef", "#a"),
        ("$recursiveRef", "#"),
        ("disallow", "string"),
        ("extends", {}),
        ("divisibleBy", 2),
    ],
)
def test_a_keyword_that_cannot_be_guaranteed_is_refused_by_name_and_place(keyword: str, value: Any) -> None:
    schema = {"type": "object", "properties": {"a/b": {"items": {keyword: value}}}}
    ((place, problem),) = refuse(schema)
    assert place == f"#/properties/a~1b/items/{keyword}"
    assert problem.startswith(keyword)


@pytest.mark.parametrize(
    ("keyword", "value"),
    [
        ("not", False),
        ("uniqueItems", False),
        ("propertyNames", {"type": "string"}),
        ("dependentRequired", {}),
        ("unevaluatedProperties", True),
        ("contentMediaType", "text/plain"),
        ("if", {"type": "string"}),
        ("then", {"type": "string"}),
        ("minContains", 2),
        ("format", "password"),
        ("x-guidance", {"lenient": True}),
        ("$schema", "https://spec.openapis.org/oas/3.1/dialect/base"),
        ("nullable", False),
    ],
)
def test_what_asks_for_nothing_is_left_out(keyword: str, value: Any) -> None:
    assert prepare({"type": "string", keyword: value}) == {"type": "string"}


@pytest.mark.parametrize("keyword", ["title", "description", "default", "examples", "discriminator", "deprecated", "x-order", "what"])
def test_annotations_stay_whatever_they_hold(keyword: str) -> None:
    schema = {"type": "string", keyword: {"not": 1, "uniqueItems": True}}
    assert prepare(schema) == schema


def test_properties_may_have_the_names_of_keywords() -> None:
    schema = {
        "type": "object",
        "properties": {"not": {"type": "string"}, "if": {}, "$ref": {"enum": [{"not": 1}]}},
        "additionalProperties": False,
    }
    assert prepare(schema) == schema


def test_a_condition_is_refused_once_whole() -> None:
    assert [place for place, _ in refuse({"if": {"not": {}}, "then": {}})] == ["#/if", "#/then"]


@pytest.mark.parametrize(
    ("schema", "place", "words"),
    [
        ({"type": "any"}, "#/type", "'any'"),
        ({"type": []}, "#/type", "[]"),
        ({"items": 3}, "#/items", "an object or a boolean, got 3"),
        ({"anyOf": []}, "#/anyOf", "of one at least"),
        ({"minLength": -1}, "#/minLength", "not negative"),
        ({"maxItems": 1.5}, "#/maxItems", "whole number"),
        ({"minimum": "3"}, "#/minimum", "a number"),
        ({"required": True}, "#/required", "a list of names"),
        ({"properties": []}, "#/properties", "an object of schemas"),
        ({"enum": []}, "#/enum", "of one at least"),
        ({"pattern": 1}, "#/pattern", "a text"),
        ({"nullable": "yes"}, "#/nullable", "a boolean"),
        ({"format": "regex"}, "#/format", "'regex'"),
        ({"$ref": "other.json#/a"}, "#/$ref", "another document"),
        ({"type": "object", "minProperties": 2}, "#/minProperties", "additionalProperties"),
    ],
)
def test_a_wrong_value_is_refused_with_what_was_expected(schema: Any, place: str, words: str) -> None:
    ((found, problem),) = refuse(schema)
    assert found == place
    assert words in problem


def test_all_faults_are_told_at_once() -> None:
    schema = {"properties": {name: {"uniqueItems": True} for name in "abcdefg"}}
    assert len(refuse(schema)) == 7
    with pytest.raises(SchemaRefused, match=r"at #/properties/a/uniqueItems; .*; and 2 more"):
        prepare(schema)


def test_nullable_may_be_null_and_keeps_definitions_at_the_root() -> None:
    assert prepare({"type": "string", "nullable": True}) == {"anyOf": [{"type": "string"}, {"type": "null"}]}
    schema = {"$defs": {"a": {"type": "string"}}, "$ref": "#/$defs/a", "nullable": True}
    assert prepare(schema) == {"$defs": schema["$defs"], "anyOf": [{"$ref": "#/$defs/a"}, {"type": "null"}]}
    assert prepare({"nullable": True}) == {}


def test_whole_numbers_are_written_as_such() -> None:
    assert msgspec.json.encode(prepare({"type": "string", "minLength": 2.0})) == b'{"type":"string","minLength":2}'


def test_the_order_of_properties_is_kept() -> None:
    assert list(prepare({"properties": {"b": {}, "a": {}, "c": {}}})["properties"]) == ["b", "a", "c"]


@pytest.mark.parametrize("source", ["", "{", "[]", "3", "false", '"\ud800"', "[" * 100_000, '{"items":' * 90 + "{}" + "}" * 90])
def test_what_is_no_schema_is_refused(source: str) -> None:
    with pytest.raises(SchemaRefused):
        prepare_schema(source)


def test_a_schema_may_be_deep_but_not_too_deep() -> None:
    deep: dict[str, Any] = {"type": "string"}
    for _ in range(DEEPEST):
        deep = {"type": "array", "items": deep}
    assert prepare(deep) == deep
    assert refuse({"items": deep}) == [("#", f"nested more than {DEEPEST} schemas deep")]


def test_a_schema_that_is_true_allows_anything() -> None:
    assert prepare(True) == {}


def test_times_have_an_end_and_a_pattern_of_their_own_stays() -> None:
    assert all(prepare({"type": "string", "format": name})["pattern"] for name in ("date", "date-time", "time"))
    assert prepare({"type": "string", "format": "time", "pattern": "Z$"})["pattern"] == "Z$"
    assert "pattern" not in prepare({"type": "string", "format": "email"})
