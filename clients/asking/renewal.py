"""When a limit that is used up is renewed, by the headers that endpoints send beside a 429, some in place of Retry-After.

OpenAI and Groq send `x-ratelimit-reset-requests: 6m0s`, Anthropic a date, OpenRouter and GitHub the time in seconds or milliseconds since
1970, others seconds; `remaining` in the place of `reset` says which of several limits it is.
"""

import re
from collections.abc import Mapping
from datetime import datetime

RESET = re.compile(r"(?:[a-z]+-)?rate-?limit(?:-[a-z]+)*-reset(?:-[a-z]+)*", re.IGNORECASE)
DURATION = re.compile(r"(?:\d+(?:\.\d+)?(?:ms|d|h|m|s))+")
UNIT_S = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
SINCE_1970_S = 1e9  # no limit lasts as long
SINCE_1970_MS = 1e11


def renewed_in_s(headers: Mapping[str, str], *, now_s: float) -> float | None:
    """Say how long the last of the limits stays used up, `now_s` since 1970; None where no header says so."""
    pauses = [
        _seconds_until(value.strip(), now_s)
        for name, value in headers.items()
        if RESET.fullmatch(name) and headers.get(name.lower().replace("reset", "remaining"), "").strip() == "0"
    ]
    return max((pause for pause in pauses if pause is not None), default=None)


def _seconds_until(word: str, now_s: float) -> float | None:
    if DURATION.fullmatch(word):
        return sum(float(number) * UNIT_S[unit] for number, unit in re.findall(r"([\d.]+)([a-z]+)", word))
    try:
        number = float(word) if re.fullmatch(r"[\d.]+", word) else datetime.fromisoformat(word).timestamp()
    except (ValueError, OverflowError):
        return None
    if number >= SINCE_1970_S:
        return max(0.0, (number / 1000 if number >= SINCE_1970_MS else number) - now_s)
    return number
