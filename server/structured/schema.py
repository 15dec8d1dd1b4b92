"""A client's JSON Schema, checked and rewritten so that what is guaranteed by it is what it says.

What cannot be guaranteed is refused by name; annotations (titles, defaults, examples, a discriminator, x-…, words that nobody knows) ask
for nothing. This module knows no engine: whoever has a schema may ask it before one is at hand.
"""

from typing import Any

import msgspec

from server.structured.checks import find_faults
from server.structured.endless import find_endless
from server.structured.fault import SchemaFault, SchemaRefused
from server.structured.keywords import REFUSED
from server.structured.places import ROOT, Part, list_children
from server.structured.reach import MOST_LEVELS, leads_too_far
from server.structured.rewriting import rewrite

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
    if faults := _check(schema):
        raise SchemaRefused(faults)
    if leads_too_far(schema):
        raise _refused(f"its references lead more than {MOST_LEVELS} schemas deep")
    if faults := list(find_endless(schema)):
        raise SchemaRefused(faults)
    return rewrite(schema)


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
        faults += find_faults(part, has_ids=has_ids, root=schema)
        waiting += reversed([child for child in list_children(part) if not _is_left_out(part, child)])
    return faults


def _is_left_out(part: Part, child: Part) -> bool:
    keyword = child.place[len(part.place) + 1 :].partition("/")[0]
    return keyword in REFUSED
