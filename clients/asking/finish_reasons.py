"""Why answers end: OpenAI's words for it, and what other servers say in their place; one that is not known stays as it is."""

from typing import Any

from clients.one_line import one_line
from scoring.finish_reasons import LENGTH_WORDS, STOP_WORDS, bare_reason

STOP = "stop"
LENGTH = "length"
FILTERED = "content_filter"  # withheld, or cut, by the endpoint and not by the model
FAILED = "error"

MAX_CHARS = 60  # of a word that is not known
WORDS = {
    STOP: STOP_WORDS,
    LENGTH: LENGTH_WORDS,
    FILTERED: frozenset(
        [
            "contentfilter",
            "contentfiltered",
            "contentpolicy",
            "contentpolicyviolation",
            "filter",
            "filtered",
            "safety",
            "imagesafety",
            "recitation",
            "blocklist",
            "prohibitedcontent",
            "spii",
            "sensitive",
            "guardrail",
            "guardrailintervened",
            "guardrails",
            "moderation",
            "moderated",
            "refusal",
            "errortoxic",
            "blocked",
        ]
    ),
    FAILED: frozenset(
        [
            "error",
            "errored",
            "abort",
            "aborted",
            "fail",
            "failed",
            "failure",
            "networkerror",
            "internalerror",
            "engineerror",
            "servererror",
            "cancel",
            "cancelled",
            "canceled",
            "timeout",
            "exception",
            "interrupted",
            "insufficientsystemresource",
        ]
    ),
}
USUAL = {word: usual for usual, words in WORDS.items() for word in words}


def read_finish_reason(value: Any) -> str | None:
    """Say it in OpenAI's word where there is one for it.

    SGLang's own API has an object there, with the word as its `type`; Gemini has its own word behind OpenAI's, `content_filter: SAFETY`.
    """
    word = value.get("type") if isinstance(value, dict) else value
    if not isinstance(word, str) or not word.strip():
        return None
    found = (USUAL.get(bare_reason(part)) for part in (word, word.partition(":")[0]))
    return next((usual for usual in found if usual), one_line(word)[:MAX_CHARS])
