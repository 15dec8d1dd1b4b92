"""Unions whose alternatives are told apart by the value of one property, required or not.

Libraries leave a tag that has a default out of `required`. It is put in, in each alternative: what has the tag meets one of them, and
`oneOf` says no more than `anyOf`, of which llguidance asks nothing.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from server.structured.places import list_parts
from server.structured.references import follow

OTHER_TYPES = ("array", "boolean", "integer", "null", "number", "string")


class Tags(NamedTuple):
    """What tells alternatives apart in a document."""

    names: dict[str, set[str]]  # by the place of the object that has to have them
    unions: set[str]  # places of each `oneOf` that is told apart so


def find_tags(schema: dict[str, Any]) -> Tags:
    """Find the tag of each `oneOf` that has one."""
    schemas = {part.place: part.schema for part in list_parts(schema)}
    found = Tags({}, set())
    for place, part in schemas.items():
        if isinstance(part, dict) and isinstance(part.get("oneOf"), list):
            seen: set[str] = set()
            places = [f"{place}/oneOf/{index}" for index in range(len(part["oneOf"]))]
            of_objects = _leave_out_other_types(places, schemas)
            ways = [list(_list_objects(one, schemas, seen)) for one in of_objects]
            if len(of_objects) < len(places) and not all(schemas[one].get("type") == "object" for way in ways for one in way):
                continue  # what is no object meets a way that says nothing of types, too
            if len(ways) > 1 and all(ways) and (name := _find_tag([[schemas[one] for one in way] for way in ways], part)) is not None:
                found.unions.add(place)
                for one in (one for way in ways for one in way):
                    found.names.setdefault(one, set()).add(name)
    return found


def require_tags(schema: dict[str, Any], names: set[str]) -> dict[str, Any]:
    """Have an object hold these properties."""
    required = schema.get("required", [])
    return {"type": "object"} | schema | {"required": [*required, *sorted(names - {*required})]}


def _leave_out_other_types(places: list[str], schemas: Mapping[str, Any]) -> list[str]:
    """Give the ways that may be objects, where the others are apart by their types; all of them where not."""
    found = [(place, schemas.get(follow(place, schemas) or "")) for place in places]
    types = [schema["type"] for _, schema in found if isinstance(schema, dict) and schema.get("type") in OTHER_TYPES]
    if len(set(types)) < len(types) or {"integer", "number"} <= {*types}:
        return places
    return [place for place, schema in found if not isinstance(schema, dict) or schema.get("type") not in OTHER_TYPES]


def _list_objects(place: str, schemas: Mapping[str, Any], seen: set[str]) -> Iterator[str]:
    """Give the places of the objects that a way comes to: none if one of them is no object that lists properties."""
    found = follow(place, schemas)
    schema = schemas.get(found) if found else None
    if not isinstance(schema, dict) or found is None or found in seen:
        return
    seen.add(found)
    if "properties" in schema and schema.get("type", "object") == "object":
        yield found
        return
    inner = next((keyword for keyword in ("oneOf", "anyOf") if keyword in schema), None)
    if inner and not {"allOf", "$ref", "type"} & schema.keys():
        ways = [list(_list_objects(f"{found}/{inner}/{index}", schemas, seen)) for index in range(len(schema[inner]))]
        yield from (one for way in ways for one in way if all(ways))


def _find_tag(ways: list[list[dict[str, Any]]], union: Mapping[str, Any]) -> str | None:
    """Find the property whose values are others in each way; one that the union names is tried first."""
    discriminator = union.get("discriminator")
    named = discriminator.get("propertyName") if isinstance(discriminator, dict) else discriminator
    names: list[str] = [*ways[0][0]["properties"]]
    for name in sorted(names, key=lambda name: name != named):
        values = [[_list_values(one["properties"].get(name)) for one in way] for way in ways]
        if all(value is not None for way in values for value in way):
            sets = [frozenset[str | int]().union(*(value for value in way if value)) for way in values]
            if sum(map(len, sets)) == len(frozenset[str | int]().union(*sets)):
                return name
    return None


def _list_values(schema: Any) -> frozenset[str | int] | None:
    """Give the texts and whole numbers that a tag may be; None if it may be anything else."""
    if not isinstance(schema, dict):
        return None
    values = [schema["const"]] if "const" in schema else schema.get("enum")
    if not isinstance(values, list) or not values or not all(type(value) in (str, int) for value in values):
        return None
    return frozenset(values)
