"""The parts of a schema that are schemas themselves, and where they stand: a property named `not` is none of them."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

ROOT = "#"
ONE = frozenset(
    {
        "additionalItems",
        "additionalProperties",
        "contains",
        "contentSchema",
        "else",
        "if",
        "items",
        "not",
        "propertyNames",
        "then",
        "unevaluatedItems",
        "unevaluatedProperties",
    }
)
SEVERAL = ("allOf", "anyOf", "oneOf", "prefixItems", "items")
NAMED = ("$defs", "definitions", "dependentSchemas", "patternProperties", "properties")


class Part(NamedTuple):
    """A schema in a schema, or the whole."""

    schema: Any  # an object or a boolean, if it is right
    place: str  # a JSON pointer
    depth: int  # 0 is the whole


def list_parts(schema: Any) -> list[Part]:
    """List the whole and every part, each before its own parts."""
    return list(_walk(Part(schema, ROOT, 0)))


def list_children(part: Part) -> Iterator[Part]:
    """Give the parts that stand right in a part."""
    if not isinstance(part.schema, dict):
        return
    for keyword, value in part.schema.items():
        place = f"{part.place}/{escape(keyword)}"
        if keyword in NAMED and isinstance(value, Mapping):
            for name, inner in value.items():
                yield Part(inner, f"{place}/{escape(name)}", part.depth + 1)
        elif keyword in SEVERAL and isinstance(value, list):
            for index, inner in enumerate(value):
                yield Part(inner, f"{place}/{index}", part.depth + 1)
        elif keyword in ONE:
            yield Part(value, place, part.depth + 1)


def escape(name: str) -> str:
    """Spell a name in a JSON pointer."""
    return name.replace("~", "~0").replace("/", "~1")


def _walk(part: Part) -> Iterator[Part]:
    yield part
    for child in list_children(part):
        yield from _walk(child)
