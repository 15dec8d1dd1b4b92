"""A stretch of a text that repeats itself, exactly or nearly."""

import msgspec


class Stretch(msgspec.Struct, frozen=True, kw_only=True):
    """Where it lies, and what repeats there how often."""

    start: int
    end: int
    unit: str
    period: int | None  # characters a copy; None where the copies are of no one length
    copies: float

    def overlaps(self, other: "Stretch") -> bool:
        """Say whether any character belongs to both."""
        return self.start < other.end and other.start < self.end
