"""Parts of a schema that no answer comes to the end of: types that have to hold themselves, or require each other."""

from collections.abc import Iterator, Mapping
from typing import Any

from server.structured.fault import SchemaFault
from server.structured.places import ROOT, escape, list_parts
from server.structured.references import find_place


def find_endless(schema: dict[str, Any]) -> Iterator[SchemaFault]:
    """Give a fault for each part that something refers to and that has no end."""
    schemas = {part.place: part.schema for part in list_parts(schema)}
    targets = {place for one in schemas.values() if (place := _find_target(one)) in schemas and place is not None}
    ending: set[str] = set()
    waiting = sorted(targets)
    while waiting:
        num_before = len(ending)
        for place in waiting:
            if _has_end(place, schemas, ending):
                ending.add(place)
        if len(ending) == num_before:
            break
        waiting = [place for place in reversed(waiting) if place not in ending]  # to and fro: chains are long in one direction
    for place in schemas:
        if place in waiting or (place == ROOT and not _has_end(ROOT, schemas, ending)):
            yield SchemaFault(place=place, problem="nothing can be said that it allows: it requires itself, by way of others or not")


def _has_end(place: str, schemas: Mapping[str, Any], ending: set[str]) -> bool:
    """Say whether a value may come to its end, where these targets have one."""
    schema = schemas.get(place)
    if not isinstance(schema, dict) or "enum" in schema or "const" in schema:
        return True
    if (target := _find_target(schema)) in schemas and target not in ending:
        return False

    def ends(where: str) -> bool:
        return _has_end(f"{place}/{where}", schemas, ending)

    for keyword, rule in (("allOf", all), ("anyOf", any), ("oneOf", any)):
        if keyword in schema and not rule(ends(f"{keyword}/{index}") for index in range(len(schema[keyword]))):
            return False
    types = schema.get("type")
    if types in ("object", ["object"]):
        listed = schema.get("properties", {})
        return all(ends(f"properties/{escape(name)}") for name in schema.get("required", ()) if name in listed)
    if types in ("array", ["array"]) and schema.get("minItems", 0) > 0:
        first = [name for name in ("prefixItems", "items") if isinstance(schema.get(name), list)]
        if first:
            return all(ends(f"{first[0]}/{index}") for index in range(min(len(schema[first[0]]), int(schema["minItems"]))))
        return "items" not in schema or ends("items")
    return True


def _find_target(schema: Any) -> str | None:
    return find_place(schema["$ref"]) if isinstance(schema, dict) and "$ref" in schema else None
