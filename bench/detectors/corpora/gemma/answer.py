"""An answer of a real model, as it is kept in a file."""

from pathlib import Path

import msgspec


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What the model said to one question."""

    batch: int
    kind: str  # chat or raw
    prompt: str
    temperature: float
    max_tokens: int
    finish_reason: str
    num_tokens: int
    text: str


def read_answers(path: Path) -> list[Answer]:
    """Read the answers of a file, one a line."""
    return [msgspec.json.decode(line, type=Answer) for line in path.read_bytes().splitlines()]
