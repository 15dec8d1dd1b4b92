"""Records as files hold them: one object with the fields of all parts side by side.

msgspec calls these hooks for a record wherever it stands in what is written or read.
"""

from collections.abc import Iterator
from typing import Any

import msgspec

from clients.asking.exchange import Reply
from clients.records.asked import Asked
from clients.records.instrument import Instrument
from clients.records.record import Record
from clients.records.scored import Scored
from clients.records.told import Told

PARTS: dict[str, Any] = {"asked": Asked, "instrument": Instrument, "reply": Reply, "scored": Scored, "told": Told}
# What files of earlier versions lack; anything else that a record lacks is a fault.
LATER_FIELDS = frozenset(
    {"stopped_by", "sampling", "unsent", "max_tokens_field", "reasoning", "partial", "answered_as", "reasoning_tokens", "adapter_scale"}
)


def list_fields() -> Iterator[tuple[str, str, str]]:
    """List every field by the part that holds it, its name there and its name in files."""
    for part, struct in PARTS.items():
        for name, encoded in zip(struct.__struct_fields__, struct.__struct_encode_fields__, strict=True):
            yield part, name, encoded


FIELDS = tuple(list_fields())
REQUIRED = tuple(encoded for _, _, encoded in FIELDS if encoded not in LATER_FIELDS)


def flatten(value: Any) -> dict[str, Any]:
    """Write a record, as an `enc_hook`."""
    if not isinstance(value, Record):
        raise NotImplementedError(f"{type(value).__name__} is not written to files")
    return {encoded: getattr(getattr(value, part), name) for part, name, encoded in FIELDS}


def unflatten(kind: type, value: Any) -> Record:
    """Read a record, as a `dec_hook`; raises ValueError."""
    if kind is not Record:
        raise NotImplementedError(f"{kind.__name__} is not read from files")
    if not isinstance(value, dict):
        raise ValueError(f"Expected `object`, got `{type(value).__name__}`")
    if missing := [field for field in REQUIRED if field not in value]:
        raise ValueError(f"Object missing required fields: {', '.join(missing)}")
    try:
        return Record(**{part: msgspec.convert(value, struct) for part, struct in PARTS.items()})
    except msgspec.ValidationError as exc:
        raise ValueError(str(exc)) from exc
