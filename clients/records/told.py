"""What a candor tells of its own answer, in the `metadata` of the completion."""

import math
from collections.abc import Mapping

import msgspec

from clients.finite_number import read_number
from clients.records.asked import Asked


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """The server's word; all None for any other endpoint."""

    adapter: str | None = None
    adapter_digest: str | None = None
    adapter_scale: float | None = None  # that was honoured; candor says it of every scale but 1
    server_lek_score: float | None = None  # by the same scorer
    server_flags: tuple[str, ...] | None = None
    stopped_by: str | None = None  # the flag by which the server's guard ended the reply early


def find_unhonoured(asked: Asked, told: Told) -> str | None:
    """Say of a scale that was asked for that the reply does not confirm it: most servers pass over what they do not know."""
    if asked.scale is None:
        return None
    honoured = told.adapter_scale
    if honoured is None and told.adapter is not None:
        honoured = 1.0  # which candor does not mention
    if honoured is not None and math.isclose(honoured, asked.scale):
        return None
    said = "does not say that it honoured it" if honoured is None else f"says that it answered at scale {honoured:g}"
    return f"asked for scale {asked.scale:g}, the endpoint's reply {said}"


def read_told(metadata: Mapping[str, str], scorer: str) -> Told:
    """Read what is there; a score counts only where it is of the same scorer."""
    flags = metadata.get("degeneration_flags")
    return Told(
        adapter=_read_adapter(metadata, "adapter"),
        adapter_digest=_read_adapter(metadata, "adapter_digest"),
        adapter_scale=_read_number(metadata, "adapter_scale"),
        server_lek_score=_read_number(metadata, "lek_score") if metadata.get("scorer") == scorer else None,
        server_flags=None if flags is None else tuple(flag for flag in flags.split(",") if flag),
        stopped_by=metadata.get("stopped_by"),
    )


def _read_adapter(metadata: Mapping[str, str], key: str) -> str | None:
    """Read a word on the adapter; candor calls the base's `none`, as its metrics do."""
    word = metadata.get(key)
    return None if word == "none" else word


def _read_number(metadata: Mapping[str, str], key: str) -> float | None:
    number = read_number(metadata.get(key, ""))
    return None if math.isnan(number) else number
