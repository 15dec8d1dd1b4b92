"""JSON of files that others wrote: read as msgspec reads it, but a key that stands twice in one object is refused.

msgspec and the standard library keep the last of the two, other readers the first, and the file's author meant one of them.
"""

import json
import math
from collections import Counter
from typing import Any, TypeVar

import msgspec

Decoded = TypeVar("Decoded")


def decode_json(content: bytes, shape: type[Decoded]) -> Decoded:
    """Decode all of `content`. Raises ValueError with a message for people, which names a key that stands twice."""
    try:
        decoded = msgspec.json.decode(content, type=shape)
        refuse_repeated_keys(content)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as exc:
        raise ValueError(str(exc)) from exc
    return decoded


def decode_python_json(content: bytes, shape: type[Decoded]) -> Decoded:
    """Decode JSON as Python writes it, with NaN and Infinity, which are None here. Raises ValueError as `decode_json` does."""
    try:
        decoded = json.loads(content.decode(), object_pairs_hook=_refuse_repeated, parse_constant=lambda _: None, parse_float=_read_finite)
        return msgspec.convert(decoded, shape)
    except RecursionError as exc:
        raise ValueError(str(exc)) from exc


def refuse_repeated_keys(content: bytes) -> None:
    """Raise ValueError if a key stands twice in one object, however deep.

    The standard library calls back for each object: a long file does not keep the interpreter lock from other threads.
    """
    json.loads(content.decode(), object_pairs_hook=_refuse_repeated)


def _read_finite(digits: str) -> float | None:
    return number if math.isfinite(number := float(digits)) else None


def _refuse_repeated(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({key for key, _ in pairs}) < len(pairs):
        (repeated, times), *_ = Counter(key for key, _ in pairs).most_common(1)
        raise ValueError(f"the key {repeated[:80]!r} stands {'twice' if times == 2 else f'{times} times'} in one object")
    return dict(pairs)
