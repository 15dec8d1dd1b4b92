"""Answers that an endpoint withholds: its filter's words, where an error is nothing but that.

OpenAI and Azure say `content_filter` or `content_policy_violation` (Azure in `innererror` too), DashScope `data_inspection_failed`,
OpenRouter gives `reasons` in its error's `metadata`, DeepSeek has no code.
"""

import re
from typing import Any

from clients.asking.error_words import read_error_words

CODES = re.compile(
    r"content_?filter(?:ed)?|content_?policy(?:_?violation)?|responsible_?ai_?policy_?violation|moderation_?(?:blocked|failed)"
    r"|data_?inspection_?failed|sensitive(?:_?words?(?:_?detected)?)?|prohibited_?content|safety|guardrail_?intervened",
    re.IGNORECASE,
)
WORDS = re.compile(r"content exists risk|content management policy|flagged (?:by|as violating) .{0,40}(?:moderation|polic)", re.IGNORECASE)
CODE_KEYS = ("code", "type", "status", "innererror", "metadata")
NO_WORDS = "the endpoint's filter withholds the answer"


def filter_words(error: Any) -> str | None:
    """Give the endpoint's words where it says that its filter is the cause; None where the error is another."""
    if not isinstance(error, dict):
        return read_error_words(error) if isinstance(error, str) and WORDS.search(error) else None
    inner = error.get("error")
    if isinstance(inner, dict | str) and (words := filter_words(inner)) is not None:
        return words
    message = error.get("message")
    if any(_is_code(error.get(key)) for key in CODE_KEYS) or (isinstance(message, str) and WORDS.search(message)):
        return read_error_words(error) if message else NO_WORDS
    return None


def _is_code(value: Any) -> bool:
    if isinstance(value, dict):
        return any(_is_code(value.get(key)) for key in CODE_KEYS) or "flagged_input" in value
    return isinstance(value, str) and CODES.fullmatch(value) is not None
