"""Rows that a stage sees again, drawn from files by a seed alone."""

import random
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from adapters.command import CommandFault

BOM = b"\xef\xbb\xbf"


class Source(NamedTuple):
    """Rows that may be drawn."""

    name: str  # of a stage or a file
    rows: tuple[bytes, ...]


class Drawn(NamedTuple):
    """What was drawn."""

    rows: tuple[bytes, ...]
    counts: dict[str, int]  # by source, of those that gave any


def read_rows(file: Path) -> tuple[bytes, ...]:
    """Read the lines of a file that hold something, without their ends. Raises CommandFault."""
    try:
        content = file.read_bytes().removeprefix(BOM)
    except OSError as exc:
        raise CommandFault(f"{file} cannot be read: {exc.strerror}") from exc
    return tuple(line for line in (line.strip() for line in content.split(b"\n")) if line)


def count_replayed(num_own: int, share: float) -> int:
    """Give how many rows make `share` of a stage that has `num_own` of its own."""
    return round(num_own * share / (1 - share))


def draw_rows(sources: Sequence[Source], num_rows: int, *, seed: int, stage: str) -> Drawn:
    """Draw rows, none a second time before all have been drawn once."""
    pool = [(source.name, row) for source in sources for row in source.rows]
    drawn: list[tuple[str, bytes]] = []
    generator = random.Random(f"{seed} {stage}")  # a text is hashed whole, and alike everywhere
    while pool and len(drawn) < num_rows:
        drawn += generator.sample(pool, min(len(pool), num_rows - len(drawn)))
    names = [name for name, _ in drawn]
    return Drawn(tuple(row for _, row in drawn), {source.name: count for source in sources if (count := names.count(source.name))})
