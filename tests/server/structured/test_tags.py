"""Unions that are told apart by a tag."""

from typing import Any

import pytest

from tests.server.structured.admitting import Admitting, prepare
from tests.server.structured.judging import is_valid

Schema = dict[str, Any]


def animal(kind: str, **properties: Schema) -> Schema:
    """Make what pydantic writes of a model whose tag has a default."""
    return {
        "properties": {"kind": {"const": kind, "default": kind, "title": "Kind", "type": "string"}, **properties},
        "title": kind.title(),
        "type": "object",
    }


CAT, DOG, FISH = animal("cat", lives={"type": "integer"}), animal("dog"), animal("fish")
REFERENCES = [{"$ref": "#/$defs/Cat"}, {"$ref": "#/$defs/Dog"}]
DEFS = {"Cat": CAT, "Dog": DOG}
MAPPING = {"mapping": {"cat": "#/$defs/Cat", "dog": "#/$defs/Dog"}, "propertyName": "kind"}


@pytest.mark.parametrize(
    "schema",
    [
        {"$defs": DEFS, "discriminator": MAPPING, "oneOf": REFERENCES},
        {"$defs": DEFS, "oneOf": REFERENCES},
        {"oneOf": [CAT, DOG]},
        {"oneOf": [CAT, DOG | {"properties": {"kind": {"enum": ["dog", "wolf"]}}}]},
        {"$defs": DEFS | {"Pet": {"oneOf": REFERENCES}}, "oneOf": [{"$ref": "#/$defs/Pet"}, FISH]},
        {"oneOf": [{name: value for name, value in one.items() if name != "type"} for one in (CAT, DOG)]},
    ],
)
def test_a_tag_with_a_default_is_had_in_each_answer(schema: Schema) -> None:
    admits = Admitting(schema)
    right, wrong = ['{"kind":"cat","lives":9}', '{"kind":"cat"}', '{"kind":"dog"}'], ["{}", '{"kind":"cow"}', '{"lives":9}', "3"]
    assert [(admits(text), is_valid(text, schema)) for text in right] == [(True, True)] * len(right)
    assert [admits(text) for text in wrong] == [False] * len(wrong)


@pytest.mark.parametrize(
    "friend",
    [
        {"oneOf": [*REFERENCES, {"type": "null"}]},
        {"anyOf": [{"discriminator": MAPPING, "oneOf": REFERENCES}, {"type": "null"}], "default": None},
    ],
)
def test_a_tag_that_holds_its_own_union_has_an_end(friend: Schema) -> None:
    schema = {"$defs": {"Cat": animal("cat", friend=friend), "Dog": DOG}, "discriminator": MAPPING, "oneOf": REFERENCES}
    admits = Admitting(schema)
    for text in ('{"kind":"cat","friend":{"kind":"cat","friend":{"kind":"dog"}}}', '{"kind":"cat","friend":null}'):
        assert admits(text)
        assert is_valid(text, schema)


def test_alternatives_of_other_types_need_no_tag() -> None:
    schema = {"oneOf": [{"type": "string", "maxLength": 3}, {"type": "integer"}, {"type": "array"}, {"type": "null"}, CAT]}
    admits = Admitting(schema)
    assert [admits(text) for text in ('"a"', "1", "[]", "null", "{}", "1.5")] == [True, True, True, True, True, False]


@pytest.mark.parametrize(
    "schema",
    [
        {"oneOf": [CAT, CAT]},
        {"oneOf": [CAT, animal("dog") | {"properties": {"kind": {"type": "string"}}}]},
        {"oneOf": [CAT, {"type": "object"}]},
        {"oneOf": [CAT, {"properties": DOG["properties"]}, {"type": "null"}]},
        {"anyOf": [CAT, DOG]},
    ],
)
def test_without_a_tag_nothing_is_required(schema: Schema) -> None:
    assert "required" not in str(prepare(schema))
