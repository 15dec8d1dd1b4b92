"""The scores of one text, as they leave this package: structs that encode to the JSON of `choices[i].scores`."""

from typing import Literal

import msgspec

Tier = Literal["hard", "soft"]


class Flag(msgspec.Struct, frozen=True, kw_only=True):
    """One degeneration flag. `hard` is safe to stop on, `soft` only a hint."""

    flag: str
    tier: Tier
    start: int | None = None  # character offset where it begins
    unit: str | None = None  # what repeats or leaked, at most 40 characters
    period: int | None = None  # characters (of a token loop: tokens) a copy
    copies: float | None = None


class Degeneration(msgspec.Struct, frozen=True, kw_only=True):
    """The verdict of candor's own detectors; it never changes a heuristic score."""

    flags: tuple[Flag, ...]
    compression_ratio: float | None  # UTF-8 bytes over zlib bytes; None for an empty text


class Scores(msgspec.Struct, frozen=True, kw_only=True):
    """A published heuristic with its dimensions, and beside it the degeneration verdict."""

    scorer: str
    lek_score: float
    heuristic: dict[str, float]  # dimension to value, in the scorer's order
    degeneration: Degeneration
