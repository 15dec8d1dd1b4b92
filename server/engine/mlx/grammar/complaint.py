"""What llguidance complains of, in words for people: of a schema it names the keyword and never the place."""

from collections.abc import Callable
from typing import Any

from server.structured.places import ROOT, list_parts

MOST_TRIES = 400  # parts that are compiled, at about half a millisecond each
DEFINITIONS = ("$defs", "definitions")


def explain(error: str) -> str:
    """Make a line of an error, which may be a page: of one in a regular expression the reason is the last line."""
    lines = [line.strip() for line in error.strip().splitlines()]
    if lines[0].startswith("oneOf"):
        return "oneOf cannot be guaranteed where two of its alternatives may both be met: use anyOf"
    reasons = [line.removeprefix("error:").strip() for line in lines if line.startswith("error:")]
    return f"{lines[0].rstrip(':')}: {reasons[-1]}" if reasons else lines[0]


def explain_schema(schema: dict[str, Any], error: str, find_error: Callable[[dict[str, Any]], str]) -> str:
    """Make a line of an error in a schema, with the place of the smallest part that fails in the same way by itself.

    `find_error` compiles a part and gives its error, an empty one if there is none.
    """
    shared = {name: schema[name] for name in DEFINITIONS if name in schema}
    parts = sorted((part for part in list_parts(schema) if isinstance(part.schema, dict)), key=lambda part: -part.depth)
    for part in parts[:MOST_TRIES]:
        if part.depth and find_error(shared | part.schema) == error:
            return f"{explain(error)}, at {part.place}"
    return f"{explain(error)}, at {ROOT}"
