"""Refusals: the phrases with which a model declines."""

import re
from functools import cache

from scoring.degeneration.words.refusal_phrases import ADVICE, DECLINING, DISCLAIMING, HINTS

APOSTROPHES = str.maketrans(dict.fromkeys("’‘ʼ`´＇", "'") | dict.fromkeys("*\u200b"))  # and no emphasis


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    phrases = DECLINING | {"disclaiming": DISCLAIMING}
    return {name: re.compile("|".join(listed), re.IGNORECASE) for name, listed in phrases.items()}


@cache
def _advice() -> re.Pattern[str]:
    return re.compile(ADVICE, re.IGNORECASE)


def plain(text: str) -> str:
    """Spell a text as the phrases do: apostrophes straight, white space single, no emphasis."""
    return " ".join(text.translate(APOSTROPHES).split())


def find_declining(text: str) -> re.Match[str] | None:
    """Find a phrase that declines, in a text that is spelt as they are."""
    small = text.lower()
    names = (name for name in DECLINING if any(hint in small for hint in HINTS[name]))
    return next(filter(None, (_patterns()[name].search(text) for name in names)), None)


def find_disclaimer(text: str) -> re.Match[str] | None:
    """Find a phrase that declines if nothing follows: what the one who answers is not or has not."""
    small = text.lower()
    return _patterns()["disclaiming"].search(text) if any(hint in small for hint in HINTS["disclaiming"]) else None


def declines_advice(text: str) -> bool:
    """Say whether advice of a kind that professionals give is declined."""
    return _advice().search(text) is not None


def has_refusal(text: str) -> bool:
    """Say whether a refusal stands anywhere in the text."""
    text = plain(text)
    return find_declining(text) is not None or find_disclaimer(text) is not None
