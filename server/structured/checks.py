"""What is wrong with one part of a schema: keywords that cannot be guaranteed, and values that are none."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from server.structured.fault import SchemaFault
from server.structured.formats import DRAFT_FORMATS, ENCODING_PATTERNS, GUARANTEED_FORMATS
from server.structured.keywords import ADVICE, COMPANIONS, REFUSED, TYPES, is_neutral
from server.structured.names import list_set_names
from server.structured.numbers import find_number_faults
from server.structured.places import NAMED, Part, escape
from server.structured.references import resolve

NUMBERS = frozenset({"maximum", "minimum", "multipleOf"})
BOUNDS = frozenset({"exclusiveMaximum", "exclusiveMinimum"})  # numbers, and booleans in draft-04
SIZES = frozenset({"maxItems", "maxLength", "maxProperties", "minItems", "minLength", "minProperties"})
TEXTS = frozenset({"$anchor", "$id", "$ref", "contentMediaType", "format", "pattern"})
SCHEMAS = frozenset({"allOf", "anyOf", "oneOf"})


def find_faults(part: Part, *, root: dict[str, Any], has_ids: bool) -> Iterator[SchemaFault]:
    """Give the faults of a part of `root`, without those of its own parts; `has_ids`: the document names parts of itself by `$id`."""
    schema = part.schema
    if isinstance(schema, bool):
        return
    if not isinstance(schema, dict):
        yield SchemaFault(place=part.place, problem=f"expected a schema, which is an object or a boolean, got {_spell(schema)}")
        return
    problems = {keyword: problem for keyword in schema if (problem := _find_problem(keyword, schema, root, has_ids=has_ids))}
    if not problems:
        problems = dict(find_number_faults(schema))
    for keyword, problem in problems.items():
        yield SchemaFault(place=f"{part.place}/{escape(keyword)}", problem=problem)


def _is_refused(keyword: str, schema: dict[str, Any], root: dict[str, Any]) -> bool:
    """Say whether a keyword cannot be guaranteed as it stands in this schema."""
    if keyword not in REFUSED or is_neutral(keyword, schema[keyword]):
        return False
    match keyword:
        case "contentEncoding":
            return schema[keyword] not in ENCODING_PATTERNS
        case "propertyNames":
            return list_set_names(schema, lambda names: resolve(names, root)) is None
        case "uniqueItems" if schema.get("maxItems") in (0, 1):
            return False
    companions = COMPANIONS.get(keyword)
    return companions is None or any(one in schema for one in companions)


def _find_problem(keyword: str, schema: dict[str, Any], root: dict[str, Any], *, has_ids: bool) -> str | None:
    value = schema[keyword]
    if _is_refused(keyword, schema, root):
        advice = f": {ADVICE[keyword]}" if keyword in ADVICE else ""
        return f"{keyword} cannot be guaranteed in an answer{advice}"
    for keywords, is_right, expected in SHAPES:
        if keyword in keywords and not is_right(value):
            return f"{keyword}: expected {expected}, got {_spell(value)}"
    match keyword:
        case "type":
            return _find_wrong_type(value)
        case "format":
            return _find_wrong_format(value, schema.get("type"))
        case "$ref" if not has_ids and not value.startswith("#"):
            return f"$ref: {value!r} is in another document, and none is fetched"
        case "minProperties" if value > 1 and not _has_set_names(schema):
            return (
                "minProperties above 1 cannot be guaranteed where names are free, as one may come twice: set additionalProperties to false"
            )
    return None


def _find_wrong_type(value: Any) -> str | None:
    listed = value if isinstance(value, list) and value else [value]
    wrong = [one for one in listed if not isinstance(one, str) or one not in TYPES]
    return f"type: expected {', '.join(sorted(TYPES))} or a list of them, got {_spell(value)}" if wrong else None


def _find_wrong_format(name: str, types: Any) -> str | None:
    may_be_text = types is None or "string" in (types if isinstance(types, list) else [types])
    if not may_be_text or name in GUARANTEED_FORMATS or name not in DRAFT_FORMATS:
        return None
    return f"format {name!r} cannot be guaranteed in an answer; these can: {', '.join(sorted(GUARANTEED_FORMATS))}"


def _has_set_names(schema: Mapping[str, Any]) -> bool:
    return schema.get("additionalProperties") is False and not schema.get("patternProperties")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_size(value: Any) -> bool:
    return _is_number(value) and value >= 0 and value == int(value)


def _is_names(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


SHAPES: tuple[tuple[frozenset[str], Callable[[Any], bool], str], ...] = (
    (NUMBERS, _is_number, "a number"),
    (BOUNDS, lambda value: isinstance(value, int | float), "a number"),
    (SIZES, _is_size, "a whole number that is not negative"),
    (TEXTS, lambda value: isinstance(value, str), "a text"),
    (SCHEMAS, lambda value: isinstance(value, list) and bool(value), "a list of schemas, of one at least"),
    (frozenset({"prefixItems"}), lambda value: isinstance(value, list), "a list of schemas"),
    (frozenset({"enum"}), lambda value: isinstance(value, list) and bool(value), "a list of values, of one at least"),
    (frozenset({"required"}), _is_names, "a list of names"),
    (frozenset({"nullable"}), lambda value: isinstance(value, bool), "a boolean"),
    (frozenset(NAMED), lambda value: isinstance(value, dict), "an object of schemas"),
)


def _spell(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
