"""A passage of human text, as it is kept in a file."""

from pathlib import Path

import msgspec

HELD_SHARE = 5  # one in so many is held back


class Passage(msgspec.Struct, frozen=True, kw_only=True):
    """Text as people wrote it, or as their programs did."""

    id: str  # a digest of the text
    kind: str
    source: str  # package, version and path
    text: str

    @property
    def is_held_back(self) -> bool:
        """Whether it is kept for the last measurement, so that nothing is tuned on it."""
        return int(self.id, 16) % HELD_SHARE == 0


def read_passages(path: Path) -> list[Passage]:
    """Read the passages of a file, one a line."""
    return [msgspec.json.decode(line, type=Passage) for line in path.read_bytes().splitlines()]


def write_passages(path: Path, passages: list[Passage]) -> None:
    """Write passages to a file, one a line."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"".join(msgspec.json.encode(passage) + b"\n" for passage in passages))
