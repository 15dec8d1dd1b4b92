"""Which parts of a schema are held together with others against one value: there none may speak for the whole of it."""

from collections.abc import Iterator
from typing import Any

from server.structured.places import ROOT, Part, escape, list_parts
from server.structured.references import find_place

TOGETHER = ("$ref", "allOf", "anyOf", "oneOf")
SPEAKING = frozenset(
    {
        "additionalProperties",
        "exclusiveMaximum",
        "exclusiveMinimum",
        "maxProperties",
        "maximum",
        "minProperties",
        "minimum",
        "patternProperties",
        "properties",
        "propertyNames",
        "required",
    }
)


def find_merged(schema: dict[str, Any]) -> frozenset[str]:
    """Give the places of all parts that are held together with others that speak of properties or bounds.

    Where a reference is not by a JSON pointer, any part may be meant, and all are given.
    """
    parts = list_parts(schema)
    if any(_is_by_name(part) for part in parts):
        return frozenset(part.place for part in parts)
    beneath = {part.place: list(_list_beneath(part)) for part in parts}
    merged: set[str] = set()
    waiting = [place for part in parts for place in _list_first(part, beneath[part.place])]
    while waiting:
        place = waiting.pop()
        if place not in merged:
            merged.add(place)
            waiting += beneath.get(place, ())
    return frozenset(merged)


def _list_first(part: Part, beneath: list[str]) -> list[str]:
    """Give what is merged by this part itself."""
    if not beneath or not isinstance(part.schema, dict):
        return []
    if SPEAKING & part.schema.keys():
        return [part.place, *beneath]
    if sum(keyword in part.schema for keyword in TOGETHER) > 1:
        return beneath
    return beneath if len(part.schema.get("allOf", ())) > 1 else []


def _list_beneath(part: Part) -> Iterator[str]:
    """Give the places that are held against the same value."""
    if not isinstance(part.schema, dict):
        return
    for keyword in TOGETHER[1:]:
        for index in range(len(part.schema.get(keyword, ()))):
            yield f"{part.place}/{escape(keyword)}/{index}"
    if (reference := part.schema.get("$ref")) and (target := find_place(reference)):
        yield target


def _is_by_name(part: Part) -> bool:
    """Say whether a part refers by an anchor or an id, or has an id inside, which changes what pointers in it mean."""
    if not isinstance(part.schema, dict):
        return False
    return find_place(part.schema.get("$ref", ROOT)) is None or (part.depth > 0 and "$id" in part.schema)
