"""What an attempt ends with in place of a completion: the endpoint's words, and whether asking again makes sense."""

import re
from collections.abc import Mapping
from time import time
from typing import Any

import msgspec
import openai

from clients.asking.completion import CutCompletion, UnreadableCompletion
from clients.asking.connection import describe
from clients.asking.error_words import is_page
from clients.asking.refusal import Refusal, read_refusal
from clients.asking.renewal import renewed_in_s
from clients.asking.retrying import LIMITED_STATUSES, Chance, chance_of, named_pause_s, spelled_pause_s
from clients.asking.spent_quota import is_quota_spent

REFUSING_STATUSES = (400, 422)  # at which the request itself is at fault
KEY_STATUSES = (401, 403)
UNKNOWN_ROUTE = re.compile(r"unexpected endpoint", re.IGNORECASE)  # LM Studio says so with a 200
UNKNOWN_ROUTE_STATUS = 404
MODERATED = re.compile(r"moderat|flagged|content.?(?:policy|filter|management)|guardrail", re.IGNORECASE)


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    """The end of one attempt."""

    error: str
    chance: Chance
    status: int | None = None  # also one that stands in the body of a 200
    body: str = ""
    asked_for_s: float | None = None  # the pause that the endpoint asks for
    refusal: Refusal | None = None  # where the endpoint finds the request at fault
    is_quota_spent: bool = False
    partial: str = ""  # what came of an answer before

    @property
    def is_key_refused(self) -> bool:
        """Say whether it is us that the endpoint refuses, and not what the prompt is about; a page is of a proxy before it."""
        return self.status in KEY_STATUSES and MODERATED.search(self.body) is None and not is_page(self.body)


def failure_of(error: openai.APIError) -> Failure:
    """Make a failure of what the SDK raises."""
    if not isinstance(error, openai.APIStatusError):
        return Failure(error=describe(error), chance="few")  # the connection was not made, or was lost
    status, text = error.status_code, error.response.text
    return Failure(
        error=describe(error),
        chance=chance_of(status, text, error.response.headers),
        status=status,
        body=text,
        asked_for_s=_asked_for_s(status, text, error.response.headers),
        refusal=read_refusal(text) if status in REFUSING_STATUSES else None,
        is_quota_spent=is_quota_spent(status, error.body or text),
    )


def failure_in_answer(unreadable: UnreadableCompletion, headers: Mapping[str, str]) -> Failure:
    """Make a failure of a 200 that is no completion; gateways put another's error there, its status in `code`."""
    if unreadable.error is None:
        chance: Chance = "few" if isinstance(unreadable, CutCompletion) else "once"
        return Failure(error=str(unreadable), chance=chance, partial=unreadable.partial)
    status, words = _status_in(unreadable.error), str(unreadable.error)
    if status is None and UNKNOWN_ROUTE.search(words):
        status = UNKNOWN_ROUTE_STATUS
    return Failure(
        error=str(unreadable),
        chance="few" if status is None else chance_of(status, words, headers),
        status=status,
        asked_for_s=_asked_for_s(status, words, headers),
        is_quota_spent=is_quota_spent(status, unreadable.error),
        partial=unreadable.partial,
    )


def _asked_for_s(status: int | None, words: str, headers: Mapping[str, str]) -> float | None:
    """Find the pause that the endpoint asks for: in a header, in its words, or by when it says that a limit is renewed."""
    for pause_s in (named_pause_s(headers), spelled_pause_s(words)):
        if pause_s is not None:
            return pause_s
    return renewed_in_s(headers, now_s=time()) if status in LIMITED_STATUSES else None


def _status_in(error: Any) -> int | None:
    """Find an HTTP status in an error's object."""
    values = [error.get(name) for name in ("code", "status", "status_code")] if isinstance(error, dict) else []
    for value in values:
        if isinstance(value, str) and value.isdecimal():
            value = int(value)
        if isinstance(value, int) and not isinstance(value, bool) and 400 <= value <= 599:
            return value
    return None
