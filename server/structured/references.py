"""Where a `$ref` leads, in the document that it stands in."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from server.structured.places import ROOT, escape

MOST_HOPS = 64  # references to references


def find_place(reference: Any) -> str | None:
    """Give the place of a reference's target as parts have theirs; None for one that is no JSON pointer of this document."""
    if not isinstance(reference, str):
        return None
    if reference != ROOT and not reference.startswith(f"{ROOT}/"):
        return None
    names = [unquote(name).replace("~1", "/").replace("~0", "~") for name in reference[2:].split("/")] if reference != ROOT else []
    return "/".join([ROOT, *map(escape, names)])


def resolve(schema: Any, root: dict[str, Any]) -> Any:
    """Give what a schema that is a mere `$ref` stands for, or the schema itself; None where it leads nowhere or has no end."""
    for _ in range(MOST_HOPS):
        if not isinstance(schema, dict) or "$ref" not in schema:
            return schema
        place = find_place(schema["$ref"])
        schema = _find(place, root) if place else None
    return None


def follow(place: str, schemas: Mapping[str, Any]) -> str | None:
    """Go on from a place while a mere `$ref` stands there; None where it leads nowhere or has no end. `schemas` are by place."""
    for _ in range(MOST_HOPS):
        schema = schemas.get(place)
        if not isinstance(schema, dict) or "$ref" not in schema:
            return place if place in schemas else None
        target = find_place(schema["$ref"])
        if target is None:
            return None
        place = target
    return None


def _find(place: str, root: dict[str, Any]) -> Any:
    found: Any = root
    for name in place.split("/")[1:]:
        found = found.get(name.replace("~1", "/").replace("~0", "~")) if isinstance(found, dict) else None
    return found
