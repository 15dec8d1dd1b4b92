"""A function's JSON schema without what tells a model nothing: it is read with every request, token by token."""

from typing import Literal

from server.tools.tool import Schema

MAX_DEPTH = 48  # deeper, a schema is shown as it is

Detail = Literal["full", "brief", "names"]  # how much is told of a function; the last knows no schemas

_EXPLAIN = frozenset({"title", "description", "default", "examples", "example", "$comment"})

_HOLD_A_SCHEMA = frozenset({"items", "additionalProperties", "not", "if", "then", "else", "contains", "propertyNames"})
_HOLD_SCHEMAS = frozenset({"anyOf", "oneOf", "allOf", "prefixItems"})
_HOLD_NAMED_SCHEMAS = frozenset({"properties", "patternProperties", "$defs", "definitions", "dependentSchemas"})


def shorten_schema(schema: Schema, name: str = "", *, detail: Detail = "full", depth: int = 0) -> Schema:
    """Leave out the dialect, titles that repeat `name`, empty descriptions and the like, and join types that are alternatives.

    In a brief one nothing is explained: titles, descriptions, defaults and examples go too.
    """
    if depth > MAX_DEPTH:
        return schema
    kept = {
        key: _shorten_value(key, value, detail, depth + 1)
        for key, value in schema.items()
        if not _says_nothing(key, value, name) and (detail == "full" or key not in _EXPLAIN)
    }
    return _join_types(kept)


def _says_nothing(key: str, value: object, name: str) -> bool:
    match key:
        case "$schema":
            return isinstance(value, str)
        case "title":
            return isinstance(value, str) and _squeeze(value) == _squeeze(name)
        case "description":
            return value in ("", None)
        case "default":
            return value is None
        case "required":
            return value == []
        case "additionalProperties":
            return value is False
    return False


def _join_types(schema: Schema) -> Schema:
    """Write `anyOf` of two bare types, as pydantic writes what may be null, as one list of types."""
    types = [one["type"] for one in _list_of(schema.get("anyOf")) if isinstance(one, dict) and list(one) == ["type"]]
    if not types or len(types) < len(_list_of(schema["anyOf"])) or "type" in schema or not all(isinstance(one, str) for one in types):
        return schema
    return {("type" if key == "anyOf" else key): (types if key == "anyOf" else value) for key, value in schema.items()}


def _list_of(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _squeeze(words: str) -> str:
    """Reduce a name to its letters and digits: `chat_id` and its generated title "Chat Id" are the same."""
    return "".join(filter(str.isalnum, words)).lower()


def _shorten_value(key: str, value: object, detail: Detail, depth: int) -> object:
    if key in _HOLD_NAMED_SCHEMAS and isinstance(value, dict):
        return {name: _shorten_if_schema(one, name, detail, depth) for name, one in value.items()}
    if key in _HOLD_SCHEMAS and isinstance(value, list):
        return [_shorten_if_schema(one, "", detail, depth) for one in value]
    return _shorten_if_schema(value, "", detail, depth) if key in _HOLD_A_SCHEMA else value


def _shorten_if_schema(value: object, name: str, detail: Detail, depth: int) -> object:
    return shorten_schema(value, name, detail=detail, depth=depth) if isinstance(value, dict) else value
