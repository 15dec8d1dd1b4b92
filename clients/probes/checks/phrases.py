"""Phrases in a reply: those that must be there and those that must not."""

import re
from collections.abc import Iterable

import msgspec

from clients.probes.checks.fault import CheckedReply, Fault


class Contains(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="contains"):
    """The reply holds the phrases, as whole words in any case: all of them, or at least so many."""

    phrases: tuple[str, ...]
    at_least: int | None = None

    def __post_init__(self) -> None:
        _require_words(self.phrases)
        if self.at_least is not None and not 1 <= self.at_least <= len(self.phrases):
            raise ValueError(f"at_least: expected 1 to {len(self.phrases)}, the number of phrases, got {self.at_least}")

    def find_fault(self, reply: CheckedReply) -> Fault | None:
        """Name the phrases that are missing."""
        missing = [phrase for phrase in self.phrases if not _has(reply.text, phrase)]
        if len(self.phrases) - len(missing) >= (self.at_least or len(self.phrases)):
            return None
        wanted = "" if self.at_least is None else f"{self.at_least} of "
        return Fault(why=f"expected {wanted}{_enumerate(self.phrases)}; missing: {_enumerate(missing)}", is_final=False)


class Excludes(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="excludes"):
    """The reply holds none of the phrases, as whole words in any case."""

    phrases: tuple[str, ...]

    def __post_init__(self) -> None:
        _require_words(self.phrases)

    def find_fault(self, reply: CheckedReply) -> Fault | None:
        """Name the phrases that are there."""
        found = [phrase for phrase in self.phrases if _has(reply.text, phrase)]
        return Fault(why=f"has {_enumerate(found)}, which it must not", is_final=True) if found else None


def _has(text: str, phrase: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(phrase)}(?!\w)", text.replace("’", "'"), re.IGNORECASE) is not None


def _require_words(phrases: tuple[str, ...]) -> None:
    if not phrases or not all(phrase.strip() for phrase in phrases):
        raise ValueError("phrases: expected one or more, none of them blank")


def _enumerate(phrases: Iterable[str]) -> str:
    return ", ".join(repr(phrase) for phrase in phrases)
