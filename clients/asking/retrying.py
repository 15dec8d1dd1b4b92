"""Patience: which failures may pass, and how long to wait before asking again."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from random import random
from typing import Literal

from clients.finite_number import read_number

# Whether asking again makes sense: never; once more, as what came was garbled; a few times, as the endpoint is broken or the connection
# was lost; or for as long as there is time, as the endpoint has too much to do and says so.
Chance = Literal["none", "once", "few", "any"]

MAX_RETRIES = 4
FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 8.0  # of ours; what an endpoint asks for may be longer
PASSING_STATUSES = (408, 409, 425, 498, 499)  # and all from 500; Groq has no room at 498, and at 499 a proxy has lost patience
LASTING_STATUSES = (501, 505)  # not implemented, which time does not change
LIMITED_STATUSES = (429, 529)
SHOULD_RETRY = "x-should-retry"  # OpenAI's header, by which its SDKs go; candor says so where a retry comes to the same
UNAVAILABLE = 503
# Words of one that will be there: it loads the model, answers others first, or is nginx, which says so where it limits requests.
PASSING_WORDS = re.compile(r"\bloading\b|overloaded|\bbusy\b|slow down|capacity|too many|temporarily", re.IGNORECASE)
TOO_LARGE = re.compile(r"request (?:is )?too large|too large for (?:the )?(?:model|organi[sz]ation)", re.IGNORECASE)
DURATION = r"\d[\d.]* ?(?:ms|milliseconds?|h(?:ours?)?|m(?:in(?:ute)?s?)?|s(?:ec(?:ond)?s?)?)(?![a-z])"
SPELLED_PAUSE = re.compile(
    rf"(?:again|retry) (?:in|after):? (?:about |approximately )?((?:{DURATION},? ?)+)|[\"']retry_?(?:Delay|after)[\"']: ?[\"']?([\d.]+)",
    re.IGNORECASE,
)
UNIT_S = {"ms": 0.001, "milli": 0.001, "h": 3600.0, "m": 60.0, "s": 1.0, "": 1.0}


def chance_of(status: int, words: str, headers: Mapping[str, str]) -> Chance:
    """Say whether what was answered with this status may pass."""
    if status in LIMITED_STATUSES:
        return "none" if TOO_LARGE.search(words) else "any"
    if status == UNAVAILABLE and (named_pause_s(headers) is not None or PASSING_WORDS.search(words)):
        return "any"
    if status in LASTING_STATUSES or headers.get(SHOULD_RETRY) == "false":
        return "none"
    return "few" if status in PASSING_STATUSES or status >= 500 else "none"


def own_pause_s(num_retries: int) -> float:
    """Double the pause each time, less up to a quarter so that requests spread out."""
    return min(FIRST_PAUSE_S * 2.0**num_retries, LONGEST_PAUSE_S) * (1 - 0.25 * random())


def named_pause_s(headers: Mapping[str, str]) -> float | None:
    """Read Retry-After, in seconds or as a date, and OpenAI's finer header; None where there is neither or it makes no sense."""
    for name, unit_s in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        seconds = read_number(headers.get(name, "")) * unit_s
        if seconds >= 0:
            return seconds
    try:
        date = parsedate_to_datetime(headers.get("retry-after", ""))
    except ValueError:
        return None
    if date.tzinfo is None:
        return None
    return max(0.0, (date - datetime.now(UTC)).total_seconds())


def spelled_pause_s(words: str) -> float | None:
    """Read the pause out of an error's words: `try again in 1m26.5s`, `"retryDelay": "34s"`."""
    found = SPELLED_PAUSE.search(words)
    if found is None:
        return None
    parts = re.findall(r"([\d.]+) ?(ms|milli|h|m|s|)", (found[1] or found[2]).lower())
    total = sum(read_number(number) * UNIT_S[unit] for number, unit in parts)
    return total if total >= 0 else None
