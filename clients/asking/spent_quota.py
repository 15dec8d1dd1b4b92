"""A quota that is spent, told from a limit that passes within minutes, by the endpoint's codes and words."""

import re
from collections.abc import Iterator
from typing import Any

SPENT_CODES = re.compile(
    r"insufficient_(?:quota|balance|credit|fund)|billing|quota_(?:exceeded|exhausted)|payment_required|budget_exceeded|credits?_(?:exhausted|depleted)"
    r"|account_(?:deactivated|suspended)|usage_limit",
    re.IGNORECASE,
)
SPENT_WORDS = re.compile(
    r"insufficient (?:account )?(?:quota|balance|credit|fund)|plan and billing|billing (?:hard |soft )?limit|credit balance is too low"
    r"|(?:out of|no (?:more )?|not enough) credits|requires more credits|payment required|quota .{0,40}(?:exhausted|used up)",
    re.IGNORECASE,
)
LONG_WORDS = re.compile(
    r"\b(?:a|each|every|this|of the)[ -](?:day|week|month)\b|per[ _-]?(?:day|week|month)|\b(?:dai|week|month)ly\b|\b[rt]pd\b"
    r"|\btomorrow\b|\b24[ -]?h",
    re.IGNORECASE,
)
SHORT_WORDS = re.compile(r"per[ _-]?(?:second|minute|hour)|\b[rt]p[ms]\b|/(?:s|min)\b", re.IGNORECASE)
FAULTLESS_STATUS = 429  # at which the request is right and only comes at the wrong time
PAYMENT_REQUIRED = 402


def is_quota_spent(status: int | None, error: Any) -> bool:
    """Say whether asking again within the hour is in vain; `error` is the body's error, or its text."""
    if status == PAYMENT_REQUIRED:
        return True
    told = tuple(_texts(error))
    if any(SPENT_CODES.search(text) for key, text in told if key in ("code", "type")):
        return True
    words = " ".join(text for _, text in told)
    if SHORT_WORDS.search(words):
        return False
    return SPENT_WORDS.search(words) is not None or (status == FAULTLESS_STATUS and LONG_WORDS.search(words) is not None)


def _texts(error: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """List the texts in an error, each with the key it stands under; Google keeps the limit's name deep below."""
    if isinstance(error, dict):
        for name, value in error.items():
            yield from _texts(value, str(name))
    elif isinstance(error, list):
        for value in error:
            yield from _texts(value, key)
    elif isinstance(error, str):
        yield key, error
