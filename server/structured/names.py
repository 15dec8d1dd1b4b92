"""The names that an object's properties may have beside those that are listed, as llguidance can hold them.

It tells keys apart as they are written, and beside listed ones it takes any escape: `"\\u0072ole"` is read as `role` and has passed for
another name. Keys that a pattern allows are written without escapes.
"""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from server.structured.formats import DRAFT_FORMATS

PLAIN = r'"\\\x00-\x1f\x7f'  # what is written as it is is none of these
MOST_LETTERS = 48  # of a name that is told from others: patterns may be nested so deep
DESCRIBING = frozenset({"$comment", "default", "deprecated", "description", "examples", "title"})

Resolve = Callable[[Any], Any]  # what a schema that is a mere `$ref` stands for


def list_set_names(schema: dict[str, Any], resolve: Resolve) -> dict[str, Any] | None:
    """Say what `propertyNames` says by `properties` or `patternProperties`; None where it cannot be said so."""
    names = resolve(schema["propertyNames"])
    if not isinstance(names, dict) or "patternProperties" in schema or names.get("type", "string") != "string":
        return None
    kept = {keyword: value for keyword, value in schema.items() if keyword not in ("propertyNames", "additionalProperties")}
    others, listed = schema.get("additionalProperties", True), schema.get("properties", {})
    if (chosen := _list_chosen(names)) is not None:
        properties = {name: inner for name, inner in listed.items() if name in chosen}
        if others is not False:
            properties |= {name: others for name in chosen if name not in listed}
        return kept | {"properties": properties, "additionalProperties": False}
    if (pattern := _find_pattern(names)) is not None and not listed:
        return kept | {"patternProperties": {pattern: others}, "additionalProperties": False}
    return None


def hold_names(schema: dict[str, Any], *, is_merged: bool) -> dict[str, Any]:
    """Keep keys that are not listed from being read as listed ones.

    An object that lists names and says nothing of others has those; one that allows others has others in plain letters. `is_merged`:
    another schema may list names of the same object, and then it is left open; so is one that allows others beside its patterns.
    """
    listed, patterns = schema.get("properties", {}), schema.get("patternProperties", {})
    if schema.get("additionalProperties") is False or not (listed or patterns) or is_merged:
        return schema
    others = schema.get("additionalProperties", True)
    unlisted = [name for name in schema.get("required", ()) if name not in listed]
    if patterns and ("additionalProperties" in schema or unlisted):
        return schema
    held = schema | {"properties": listed | dict.fromkeys(unlisted, others)} if listed or unlisted else schema
    if "additionalProperties" in schema or "minProperties" in schema or "maxProperties" in schema:
        held = held | {"patternProperties": {**patterns, write_other_names(held["properties"]): others}} if not patterns else held
    return held | {"additionalProperties": False}


def write_other_names(names: Collection[str]) -> str:
    """Write the pattern of all plain names but these, and but those that begin as a very long one does."""
    return f"^{_write_others(frozenset(names), MOST_LETTERS)}$"


def _write_others(endings: Collection[str], num_letters: int) -> str:
    """Write what may follow where each of these must not: a branch for each letter that one begins with, and one for all others."""
    by_letter: dict[str, set[str]] = {}
    for ending in endings:
        if ending:
            by_letter.setdefault(ending[0], set()).add(ending[1:])
    letters = "".join(_spell(letter) for letter in sorted(by_letter))
    plain = [(letter, rest) for letter, rest in sorted(by_letter.items()) if _is_plain(letter) and num_letters > 1]
    ways = [f"{_spell(letter)}{_write_others(rest, num_letters - 1)}" for letter, rest in plain]
    ways.append(f"[^{letters}{PLAIN}][^{PLAIN}]*")
    return f"({'|'.join(ways)}){'' if '' in endings else '?'}"


def _is_plain(letter: str) -> bool:
    return letter > "\x1f" and letter not in '"\\\x7f'


def _spell(letter: str) -> str:
    return letter if letter.isascii() and letter.isalnum() else f"\\x{{{ord(letter):x}}}"


def _list_chosen(names: Mapping[str, Any]) -> list[str] | None:
    words = names.keys() - DESCRIBING - {"type"}
    if words == {"const"}:
        return [names["const"]] if isinstance(names["const"], str) else []
    if words == {"enum"} and isinstance(names["enum"], list):
        return [name for name in names["enum"] if isinstance(name, str)]
    return None


def _find_pattern(names: Mapping[str, Any]) -> str | None:
    words = names.keys() - DESCRIBING - {"type"}
    if "format" in words and names["format"] not in DRAFT_FORMATS:
        words -= {"format"}
    if words == {"pattern"}:
        return names["pattern"] if isinstance(names["pattern"], str) else None
    least, most = names.get("minLength", 0), names.get("maxLength")
    if words and words <= {"minLength", "maxLength"} and isinstance(least, int) and isinstance(most, int | None):
        return f"^[^{PLAIN}]{{{least},{'' if most is None else most}}}$"
    return None
