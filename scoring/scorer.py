"""What a scorer is: a name, its dimensions, and a pure function from a text to their values."""

from collections.abc import Callable

import msgspec


class Heuristic(msgspec.Struct, frozen=True, kw_only=True):
    """What a scorer makes of one text."""

    lek_score: float
    dimensions: dict[str, float]  # in the scorer's order


class Scorer(msgspec.Struct, frozen=True, kw_only=True):
    """One published formula. `score` takes any `str`, lone surrogates and NULs included."""

    name: str
    version: str  # of this implementation; a change of any result changes it
    dimensions: tuple[str, ...]
    score: Callable[[str], Heuristic]
