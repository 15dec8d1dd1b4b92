"""What a candor tells of its own answer, in the `metadata` of the completion."""

import math
from collections.abc import Mapping

import msgspec


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """The server's word; all None for any other endpoint."""

    adapter: str | None = None
    adapter_digest: str | None = None
    server_lek_score: float | None = None  # by the same scorer
    server_flags: tuple[str, ...] | None = None
    stopped_by: str | None = None  # the flag by which the server's guard ended the reply early


def read_told(metadata: Mapping[str, str], scorer: str) -> Told:
    """Read what is there; a score counts only where it is of the same scorer."""
    flags = metadata.get("degeneration_flags")
    return Told(
        adapter=_read_adapter(metadata, "adapter"),
        adapter_digest=_read_adapter(metadata, "adapter_digest"),
        server_lek_score=_read_score(metadata) if metadata.get("scorer") == scorer else None,
        server_flags=None if flags is None else tuple(flag for flag in flags.split(",") if flag),
        stopped_by=metadata.get("stopped_by"),
    )


def _read_adapter(metadata: Mapping[str, str], key: str) -> str | None:
    """Read a word on the adapter; candor calls the base's `none`, as its metrics do."""
    word = metadata.get(key)
    return None if word == "none" else word


def _read_score(metadata: Mapping[str, str]) -> float | None:
    try:
        number = float(metadata.get("lek_score", ""))
    except ValueError:
        return None
    return number if math.isfinite(number) else None
