"""A function's JSON schema without what tells a model nothing: it is read with every request, token by token."""

from server.tools.tool import Schema

MAX_DEPTH = 48  # deeper, a schema is shown as it is

_HOLD_A_SCHEMA = frozenset({"items", "additionalProperties", "not", "if", "then", "else", "contains", "propertyNames"})
_HOLD_SCHEMAS = frozenset({"anyOf", "oneOf", "allOf", "prefixItems"})
_HOLD_NAMED_SCHEMAS = frozenset({"properties", "patternProperties", "$defs", "definitions", "dependentSchemas"})


def shorten_schema(schema: Schema, name: str = "", depth: int = 0) -> Schema:
    """Leave out the dialect, titles that repeat `name`, empty descriptions and lists of what is required, and that no more is allowed."""
    if depth > MAX_DEPTH:
        return schema
    return {key: _shorten_value(key, value, depth + 1) for key, value in schema.items() if not _says_nothing(key, value, name)}


def _says_nothing(key: str, value: object, name: str) -> bool:
    match key:
        case "$schema":
            return isinstance(value, str)
        case "title":
            return isinstance(value, str) and _squeeze(value) == _squeeze(name)
        case "description":
            return value in ("", None)
        case "required":
            return value == []
        case "additionalProperties":
            return value is False
    return False


def _squeeze(words: str) -> str:
    """Reduce a name to its letters and digits: `chat_id` and its generated title "Chat Id" are the same."""
    return "".join(filter(str.isalnum, words)).lower()


def _shorten_value(key: str, value: object, depth: int) -> object:
    if key in _HOLD_A_SCHEMA and isinstance(value, dict):
        return shorten_schema(value, depth=depth)
    if key in _HOLD_SCHEMAS and isinstance(value, list):
        return [shorten_schema(one, depth=depth) if isinstance(one, dict) else one for one in value]
    if key in _HOLD_NAMED_SCHEMAS and isinstance(value, dict):
        return {name: shorten_schema(one, name, depth) if isinstance(one, dict) else one for name, one in value.items()}
    return value
