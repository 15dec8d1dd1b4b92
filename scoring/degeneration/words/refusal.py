"""Refusals: the phrases with which a model declines."""

import re
from functools import cache

from scoring.degeneration.words.refusal_phrases import ADVICE, DECLINING, DISCLAIMING

APOSTROPHES = str.maketrans(dict.fromkeys("’‘ʼ`´＇", "'") | dict.fromkeys("*\u200b"))  # and no emphasis


@cache
def declining() -> re.Pattern[str]:
    """Make the pattern of the phrases that decline."""
    return re.compile("|".join(phrase for phrases in DECLINING.values() for phrase in phrases), re.IGNORECASE)


@cache
def disclaiming() -> re.Pattern[str]:
    """Make the pattern of those that decline if nothing follows."""
    return re.compile("|".join(DISCLAIMING), re.IGNORECASE)


@cache
def advice() -> re.Pattern[str]:
    """Make the pattern of declining to give advice of a kind that professionals give."""
    return re.compile(ADVICE, re.IGNORECASE)


def plain(text: str) -> str:
    """Spell a text as the phrases do: apostrophes straight, white space single, no emphasis."""
    return " ".join(text.translate(APOSTROPHES).split())


def has_refusal(text: str) -> bool:
    """Say whether a refusal stands anywhere in the text."""
    text = plain(text)
    return declining().search(text) is not None or disclaiming().search(text) is not None
