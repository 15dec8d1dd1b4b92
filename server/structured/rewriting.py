"""A schema without faults, written so that llguidance holds an answer to all that it says: what it allows is allowed by the client's."""

from typing import Any, NamedTuple

from server.structured.company import find_merged
from server.structured.formats import hold_text
from server.structured.keywords import DIALECTS, DROPPED, REFUSED
from server.structured.names import hold_names, list_set_names
from server.structured.numbers import hold_bounds
from server.structured.places import NAMED, ONE, ROOT, SEVERAL, escape
from server.structured.references import resolve
from server.structured.tags import Tags, find_tags, require_tags


class Document(NamedTuple):
    """The whole that a part stands in, and what is known of its parts by their places."""

    root: dict[str, Any]
    merged: frozenset[str]
    tags: Tags


def rewrite(schema: dict[str, Any]) -> dict[str, Any]:
    """Rewrite the whole."""
    document = Document(schema, find_merged(schema), find_tags(schema))
    rewritten = _rewrite(schema, ROOT, document)
    assert isinstance(rewritten, dict)
    return rewritten


def _rewrite(schema: Any, place: str, document: Document) -> Any:
    if not isinstance(schema, dict):
        return schema
    is_merged = place in document.merged
    inner = {keyword: _rewrite_value(keyword, value, f"{place}/{escape(keyword)}", document) for keyword, value in schema.items()}
    if "propertyNames" in inner:
        inner = list_set_names(inner, lambda names: resolve(names, document.root)) or inner
    kept = hold_text({keyword: value for keyword, value in inner.items() if _is_kept(keyword, value)})
    if place in document.tags.names:
        kept = require_tags(kept, document.tags.names[place])
    if place in document.tags.unions and "anyOf" not in kept:
        kept = {("anyOf" if keyword == "oneOf" else keyword): value for keyword, value in kept.items()}
    if "anyOf" in kept:
        kept.pop("discriminator", None)  # of a type in its own union llguidance makes a circle by it
    kept = hold_names(hold_bounds(kept, is_merged=is_merged), is_merged=is_merged)
    return _allow_null(kept) if schema.get("nullable") is True else kept


def _is_kept(keyword: str, value: Any) -> bool:
    """Leave out what asks for nothing and would be an error to llguidance."""
    if keyword == "$schema":
        return isinstance(value, str) and value.rstrip("#") in DIALECTS
    # A refused keyword that is still here is neutral, or an encoding that becomes a pattern.
    return keyword == "contentEncoding" or (keyword not in REFUSED and keyword not in DROPPED)


def _rewrite_value(keyword: str, value: Any, place: str, document: Document) -> Any:
    if keyword in NAMED:
        return {name: _rewrite(inner, f"{place}/{escape(name)}", document) for name, inner in value.items()}
    if keyword in SEVERAL and isinstance(value, list):
        return [_rewrite(inner, f"{place}/{index}", document) for index, inner in enumerate(value)]
    if keyword in ONE:
        return _rewrite(value, place, document)
    if isinstance(value, float) and value.is_integer() and keyword.startswith(("min", "max")):
        return int(value)  # 2.0 is a whole number, and llguidance wants it written as one
    return value


def _allow_null(schema: dict[str, Any]) -> dict[str, Any]:
    """Honour OpenAPI's `nullable`: the type may be null, and so may the value, whatever list of values there is."""
    types = schema.get("type")
    if types is None and not any(keyword in schema for keyword in ("enum", "const", "$ref", "allOf", "anyOf", "oneOf")):
        return schema  # anything goes
    kept: dict[str, Any] = {name: schema.pop(name) for name in ("$schema", "$id", "$defs", "definitions") if name in schema}
    return {**kept, "anyOf": [schema, {"type": "null"}]}
