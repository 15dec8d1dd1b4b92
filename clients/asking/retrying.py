"""Patience: which failures may pass, and how long to wait before asking again."""

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from random import random

import openai

MAX_RETRIES = 4
FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 8.0  # of ours; what an endpoint asks for may be longer
PASSING_STATUSES = (408, 409, 429)  # and all from 500


def may_pass(error: openai.APIError) -> bool:
    """Say whether asking again makes sense: the endpoint is busy or broken, or the connection was lost."""
    if isinstance(error, openai.APIStatusError):
        return error.status_code in PASSING_STATUSES or error.status_code >= 500
    return True


def pause_s(headers: Mapping[str, str], num_retries: int) -> float:
    """Take the time that the endpoint names, else double the pause each time, less up to a quarter so that requests spread out."""
    asked_for = _retry_after_s(headers)
    if asked_for is not None:
        return asked_for
    return min(FIRST_PAUSE_S * 2.0**num_retries, LONGEST_PAUSE_S) * (1 - 0.25 * random())


def _retry_after_s(headers: Mapping[str, str]) -> float | None:
    """Read Retry-After, in seconds or as a date, and OpenAI's finer header; None where there is neither or it makes no sense."""
    for name, unit_s in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        seconds = _number(headers.get(name, "")) * unit_s
        if seconds >= 0:
            return seconds
    try:
        date = parsedate_to_datetime(headers.get("retry-after", ""))
    except ValueError:
        return None
    if date.tzinfo is None:
        return None
    return max(0.0, (date - datetime.now(UTC)).total_seconds())


def _number(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        return math.nan
    return number if math.isfinite(number) else math.nan
