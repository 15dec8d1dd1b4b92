"""Bodies as real clients sent them: `bodies/CLIENT/CHECK.json`, written by `python -m tests.outside.clients --record`.

One is made otherwise: open-webui's, too large to install, is put together as its source does, with the tools that the source describes.
"""

from pathlib import Path
from typing import Any

import msgspec

BODIES = Path(__file__).parent / "bodies"


class RecordedBody(msgspec.Struct, frozen=True, kw_only=True):
    """A request of a client's."""

    name: str  # client/check, and its number where the check sent several
    path: str
    body: dict[str, Any]


def read_bodies() -> tuple[RecordedBody, ...]:
    """Read all that is recorded, by client and check."""
    return tuple(
        RecordedBody(name=f"{file.parent.name}/{file.stem}{f'-{i + 1}' if i else ''}", path=request["path"], body=request["body"])
        for file in sorted(BODIES.glob("*/*.json"))
        for i, request in enumerate(msgspec.json.decode(file.read_bytes()))
    )
