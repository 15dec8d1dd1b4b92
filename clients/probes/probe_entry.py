"""One entry of a probe file: what must be there, and the names that the LEM project's seeds give it."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from clients.one_line import one_line
from clients.probes.checks.judge import Check
from clients.probes.probe import Probe

MAX_KEYS = 8
DOMAIN_KEYS = ("domain", "category")
GROUP_KEYS = ("group", "source_probe", "seed_id")  # the LEM project's rephrased seeds name their original in one of the latter two


def find_faults(value: Any) -> Iterator[str]:
    """Say everything that is wrong with an entry. Keys that are not known are no fault: seeds carry notes of their own."""
    if not isinstance(value, dict):
        yield f"expected an object with id and prompt, got {_kind(value)}"
        return
    if "id" not in value and "seed_id" not in value:
        yield f"has no id; {name_keys(value)}"
    if "prompt" not in value:
        yield f"has no prompt; {name_keys(value)}"
    for key in ("id", *GROUP_KEYS):
        yield from _name_faults(value, key)
    for key in ("prompt", *DOMAIN_KEYS):
        yield from _text_faults(value, key)
    yield from _check_faults(value)


def make_probe(value: Mapping[str, Any]) -> Probe:
    """Read an entry without faults."""
    group = next((value[key] for key in GROUP_KEYS if value.get(key) is not None), None)
    return Probe(
        id=str(value["id"] if "id" in value else f"{value['seed_id']}_{value.get('voice', 'original')}"),
        prompt=value["prompt"],
        domain=next((value[key] for key in DOMAIN_KEYS if value.get(key) is not None), None),
        group=None if group is None else str(group),
        checks=msgspec.convert(value.get("checks", ()), tuple[Check, ...]),
    )


def name_keys(value: Mapping[str, Any]) -> str:
    """Say what an object has in place of what is missed."""
    more = len(value) - MAX_KEYS
    names = [one_line(key) for key in list(value)[:MAX_KEYS]]
    return f"its keys are {', '.join((*names, *([f'and {more} more'] if more > 0 else []))) or 'none'}"


def _name_faults(value: Mapping[str, Any], key: str) -> Iterator[str]:
    """Take text and whole numbers: the LEM project's regional seeds are numbered."""
    name = value.get(key)
    if isinstance(name, str) or (name is None and key != "id"):
        yield from _text_faults(value, key)
    elif key in value and (isinstance(name, bool) or not isinstance(name, int)):
        yield f"{key}: expected text or a whole number, got {_kind(name)}"


def _text_faults(value: Mapping[str, Any], key: str) -> Iterator[str]:
    text = value.get(key)
    if key not in value or (text is None and key != "prompt"):
        return
    if not isinstance(text, str):
        yield f"{key}: expected text, got {_kind(text)}"
    elif not text.strip():
        yield f"{key}: is blank"
    elif any("\ud800" <= character <= "\udfff" for character in text):
        yield f"{key}: holds half of a character (a lone surrogate), which cannot be sent"


def _check_faults(value: Mapping[str, Any]) -> Iterator[str]:
    try:
        msgspec.convert(value.get("checks", ()), tuple[Check, ...])
    except msgspec.ValidationError as exc:
        yield f"checks: {exc}"


def _kind(value: Any) -> str:
    if value is None:
        return "null"
    names = {dict: "an object", list: "an array", str: "text", bool: "true or false", int: "a number", float: "a number"}
    return names[type(value)]
