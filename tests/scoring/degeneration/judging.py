"""Runs the detectors on a text, as the verdict does."""

from scoring.degeneration.detector import Block
from scoring.degeneration.words.prose import Prose
from scoring.scores import Flag
from scoring.verdict import BLOCK_CHARS, score


def blocks(text: str) -> list[Block]:
    """Cut a text as the verdict does."""
    prose = Prose()
    pieces = [(start, text[start : start + BLOCK_CHARS]) for start in range(0, len(text), BLOCK_CHARS)]
    return [Block(start=start, text=piece, prose=prose.mask(piece)) for start, piece in pieces]


def flags(text: str, **context: object) -> tuple[Flag, ...]:
    """Return all flags of a text."""
    return score(text, **context).degeneration.flags  # type: ignore[arg-type]


def names(text: str, **context: object) -> list[str]:
    """Return the names of all flags of a text."""
    return [flag.flag for flag in flags(text, **context)]
