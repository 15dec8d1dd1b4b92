"""The scores of one text, as they leave this package: structs that encode to the JSON of `choices[i].scores`."""

from typing import Any, Literal

import msgspec

Tier = Literal["hard", "soft"]


class Flag(msgspec.Struct, frozen=True, kw_only=True, repr_omit_defaults=True):
    """One degeneration flag. `hard` is safe to stop on, `soft` only a hint."""

    flag: str
    tier: Tier
    start: int | None = None  # character offset where it begins
    unit: str | None = None  # what repeats or leaked, at most 40 characters
    period: int | None = None  # characters a copy; tokens where the loop was seen in token ids, and there is no unit
    copies: float | None = None

    def __str__(self) -> str:
        words = f"{self.tier} {self.flag}"
        if self.start is not None:
            words += f" at {self.start}"
        if self.unit is not None:
            words += f": {self.unit!r}"
        if self.copies is not None:
            words += f" × {self.copies:.12g}"
        return words


class Abstention(msgspec.Struct, frozen=True, kw_only=True):
    """A flag that could not be judged, and why."""

    flag: str
    reason: str

    def __str__(self) -> str:
        return f"{self.flag} not judged: {self.reason}"


class Degeneration(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The verdict of candor's own detectors; it never changes a heuristic score."""

    flags: tuple[Flag, ...]
    compression_ratio: float | None  # UTF-8 bytes over zlib bytes; None for an empty text
    abstentions: tuple[Abstention, ...] = ()  # left out of the JSON where there is none

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the flags, each once, in their order."""
        return tuple(dict.fromkeys(flag.flag for flag in self.flags))


class Scores(msgspec.Struct, frozen=True, kw_only=True):
    """A published heuristic with its dimensions, and beside it the degeneration verdict."""

    scorer: str
    scorer_version: str
    lek_score: float
    heuristic: dict[str, float]  # dimension to value, in the scorer's order
    degeneration: Degeneration

    def __str__(self) -> str:
        """Show the score, the dimensions that are not zero, and the flags, a line each."""
        flags = self.degeneration.flags
        lines = [f"{self.lek_score:.12g} by {self.scorer}, version {self.scorer_version}"]
        lines.append(", ".join(f"{name} {value:.12g}" for name, value in self.heuristic.items() if value) or "every dimension 0")
        lines += [str(flag) for flag in flags] or ["no flags"]
        lines += map(str, self.degeneration.abstentions)
        return "\n".join(lines)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """Show a notebook the same: IPython asks for it, and its own way is one long line."""
        printer.text(str(self))
