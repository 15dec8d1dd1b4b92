"""A client's JSON Schema, checked and rewritten so that what is guaranteed by it is what it says.

What cannot be guaranteed is refused by name; annotations (titles, defaults, examples, a discriminator, x-…, words that nobody knows) ask
for nothing. This module knows no engine: whoever has a schema may ask it before one is at hand.
"""

from typing import Any

import msgspec

from server.structured.checks import find_faults
from server.structured.fault import SchemaFault, SchemaRefused
from server.structured.keywords import DESCRIBING_FORMATS, DIALECTS, DROPPED, REFUSED
from server.structured.places import NAMED, ONE, ROOT, SEVERAL, Part, list_children
from server.structured.times import TIME_PATTERNS

DEEPEST = 64  # schemas in schemas
DEEPEST_VALUE = 400  # objects and lists in one another: two for each schema, and a few for the values in them


def prepare_schema(source: str) -> dict[str, Any]:
    """Read a schema from JSON text and give it ready to be compiled. Raises SchemaRefused with all of its faults."""
    schema = _read(source)
    if schema is True:
        return {}
    if schema is False:
        raise _refused("a schema that is false allows nothing")
    if not isinstance(schema, dict):
        raise _refused("expected a schema, which is an object")
    if _is_deeper(schema, DEEPEST_VALUE):
        raise _refused(f"nested more than {DEEPEST} schemas deep")
    faults = _check(schema)
    if faults:
        raise SchemaRefused(faults)
    rewritten = _rewrite(schema)
    assert isinstance(rewritten, dict)
    return rewritten


def write_schema(schema: dict[str, Any]) -> str:
    """Write a schema as JSON text."""
    return msgspec.json.encode(schema).decode()


def _read(source: str) -> Any:
    try:
        return msgspec.json.decode(source)
    except (msgspec.DecodeError, UnicodeError) as exc:
        raise _refused(f"expected JSON: {exc}") from exc
    except RecursionError as exc:
        raise _refused(f"nested more than {DEEPEST} schemas deep") from exc


def _refused(problem: str) -> SchemaRefused:
    return SchemaRefused([SchemaFault(place=ROOT, problem=problem)])


def _is_deeper(value: Any, most: int) -> bool:
    level = [value]
    for _ in range(most):
        level = [inner for one in level for inner in (one.values() if isinstance(one, dict) else one) if isinstance(inner, dict | list)]
        if not level:
            return False
    return True


def _check(schema: dict[str, Any]) -> list[SchemaFault]:
    """Find what is wrong, in the order of the document. A part that is refused is not looked into."""
    has_ids = False
    faults: list[SchemaFault] = []
    waiting = [Part(schema, ROOT, 0)]
    while waiting:
        part = waiting.pop()
        if part.depth > DEEPEST:
            return [SchemaFault(place=ROOT, problem=f"nested more than {DEEPEST} schemas deep")]
        has_ids = has_ids or (isinstance(part.schema, dict) and "$id" in part.schema)
        faults += find_faults(part, has_ids=has_ids)
        waiting += reversed([child for child in list_children(part) if not _is_left_out(part, child)])
    return faults


def _is_left_out(part: Part, child: Part) -> bool:
    keyword = child.place[len(part.place) + 1 :].partition("/")[0]
    return keyword in REFUSED


def _rewrite(schema: Any) -> Any:
    if not isinstance(schema, dict):
        return schema
    rewritten = {keyword: _rewrite_value(keyword, value) for keyword, value in schema.items() if _is_kept(keyword, value)}
    if (pattern := TIME_PATTERNS.get(rewritten.get("format", ""))) and "pattern" not in rewritten:
        rewritten["pattern"] = pattern
    return _allow_null(rewritten) if schema.get("nullable") is True else rewritten


def _is_kept(keyword: str, value: Any) -> bool:
    """Leave out what asks for nothing and would be an error to llguidance."""
    if keyword == "$schema":
        return isinstance(value, str) and value.rstrip("#") in DIALECTS
    if keyword == "format":
        return value not in DESCRIBING_FORMATS
    return keyword not in REFUSED and keyword not in DROPPED  # a refused keyword that is still here is neutral


def _rewrite_value(keyword: str, value: Any) -> Any:
    if keyword in NAMED:
        return {name: _rewrite(inner) for name, inner in value.items()}
    if keyword in SEVERAL and isinstance(value, list):
        return [_rewrite(inner) for inner in value]
    if keyword in ONE:
        return _rewrite(value)
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
