"""JSON of model folders, decoded without choosing: a key that stands twice has no value, and what is no number is none."""

import json
from typing import Any, NoReturn


def decode(content: bytes) -> Any:
    """Decode JSON. Raises ValueError with a message for people."""
    try:
        return json.loads(content, object_pairs_hook=_join, parse_constant=_refuse)
    except RecursionError as exc:
        raise ValueError("it is nested too deeply") from exc


def _join(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    joined = dict(pairs)
    if len(joined) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"the key {next(name for name in joined if names.count(name) > 1)!r} stands there twice")
    return joined


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")
