"""The parts of a chat completion that the battery reads.

The SDK builds its objects without checking them; these are checked, so that a reply of the wrong shape is an error
that names the place and never a score.
"""

from typing import Any

import msgspec

from clients.asking.error_words import read_error_words


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """The assistant's turn; some endpoints send null for an empty one."""

    content: str | None = None
    refusal: str | None = None  # OpenAI's own place for a refusal, beside a content of null


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """One of the completions: the battery asks for one."""

    message: Answer
    finish_reason: Any = None


class Completion(msgspec.Struct, frozen=True, kw_only=True):
    """The body of a reply; what no score depends on may have any shape."""

    choices: list[Choice] = []
    usage: Any = None
    system_fingerprint: Any = None
    metadata: Any = None
    error: Any = None  # some gateways answer 200 and put the error here


class UnreadableCompletion(ValueError):
    """The endpoint answered 200 with something else than a chat completion."""


def read_completion(body: bytes) -> Completion:
    """Decode a reply's body; raises UnreadableCompletion."""
    try:
        completion = msgspec.json.decode(body, type=Completion)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as exc:
        raise UnreadableCompletion(f"the endpoint answered 200 with a body that is no chat completion: {exc}") from exc
    if not completion.choices and completion.error is not None:
        raise UnreadableCompletion(f"the endpoint answered 200 with an error: {read_error_words(completion.error)}")
    if not completion.choices:
        raise UnreadableCompletion("the endpoint answered 200 with no choice in `choices`")
    return completion
