"""Types of which no answer would come to an end."""

from typing import Any

import pytest

from server.structured.fault import SchemaRefused
from tests.server.structured.admitting import prepare
from tests.server.structured.schemas import closed

PERSON = closed({"retired": {"type": "boolean"}, "employer": {"$ref": "#/$defs/Company"}})
COMPANY = closed({"owner": {"$ref": "#/$defs/Person"}})
NODE = closed({"next": {"$ref": "#/$defs/Node"}})
MAYBE = closed({"next": {"anyOf": [{"$ref": "#/$defs/Node"}, {"type": "null"}]}})


@pytest.mark.parametrize(
    ("schema", "places"),
    [
        ({"$ref": "#"}, ["#"]),
        ({"allOf": [{"$ref": "#"}]}, ["#"]),
        (closed({"box": {"$ref": "#"}}), ["#"]),
        ({"$defs": {"Person": PERSON, "Company": COMPANY}, "$ref": "#/$defs/Person"}, ["#", "#/$defs/Person", "#/$defs/Company"]),
        (
            {"$defs": {"Person": PERSON, "Company": COMPANY}, "properties": {"who": {"$ref": "#/$defs/Person"}}},
            ["#/$defs/Person", "#/$defs/Company"],
        ),
        ({"$defs": {"Node": NODE}, "type": "array", "items": {"$ref": "#/$defs/Node"}}, ["#/$defs/Node"]),
        ({"type": "array", "items": {"$ref": "#"}, "minItems": 1}, ["#"]),
        ({"type": "array", "prefixItems": [{"$ref": "#"}], "minItems": 1}, ["#"]),
        ({"anyOf": [closed({"a": {"$ref": "#"}}), {"type": "array", "items": {"$ref": "#"}, "minItems": 2}]}, ["#"]),
    ],
)
def test_a_type_that_requires_itself_is_refused_with_its_place(schema: Any, places: list[str]) -> None:
    with pytest.raises(SchemaRefused, match="nothing can be said that it allows: it requires itself") as caught:
        prepare(schema)
    assert sorted(fault.place for fault in caught.value.faults) == sorted(places)


@pytest.mark.parametrize(
    "schema",
    [
        {"$defs": {"Node": MAYBE}, "$ref": "#/$defs/Node"},
        {"$defs": {"Node": closed({"next": {"$ref": "#/$defs/Node"}}, required=[])}, "$ref": "#/$defs/Node"},
        {"$defs": {"Person": PERSON, "Company": closed({"name": {"const": "a"}})}, "$ref": "#/$defs/Person"},
        {"type": "array", "items": {"$ref": "#"}},
        {"type": ["array", "null"], "items": {"$ref": "#"}, "minItems": 1},
        {"anyOf": [{"type": "null"}, closed({"a": {"$ref": "#"}})]},
        {
            "$defs": {f"D{n}": closed({"a": {"$ref": f"#/$defs/D{n + 1}"}}) for n in range(40)} | {"D40": {"type": "null"}},
            "$ref": "#/$defs/D0",
        },
    ],
)
def test_a_type_that_may_hold_itself_is_taken(schema: Any) -> None:
    prepare(schema)
