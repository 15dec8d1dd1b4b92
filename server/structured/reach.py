"""How far a schema leads down along its parts and references, which compiling it follows."""

from typing import Any

from server.structured.places import ROOT, list_children, list_parts
from server.structured.references import find_place

MOST_LEVELS = 300  # far more than schemas have, and far less than a compiler has room for


def leads_too_far(schema: dict[str, Any]) -> bool:
    """Say whether there are more levels than that below the whole, those of a type that holds itself counted once."""
    below: dict[str, list[str]] = {}
    for part in list_parts(schema):
        target = find_place(part.schema["$ref"]) if isinstance(part.schema, dict) and "$ref" in part.schema else None
        below[part.place] = [child.place for child in list_children(part)] + ([target] if target else [])
    heights = {ROOT: 0}  # levels from there down; 0 where it is still looked into
    path = [(ROOT, iter(below[ROOT]))]
    while path:
        place, rest = path[-1]
        child = next(rest, None)
        if child is None:
            heights[place] = 1 + max((heights.get(one, 0) for one in below.get(place, ())), default=0)
            path.pop()
        elif len(path) + heights.get(child, 0) >= MOST_LEVELS:
            return True
        elif child not in heights:
            heights[child] = 0
            path.append((child, iter(below.get(child, ()))))
    return False
