"""The parts of a chat completion that the battery reads.

The SDK builds its objects without checking them; these are checked, so that a reply of the wrong shape is an error
that names the place and never a score.
"""

from typing import Any

import msgspec

from clients.asking.error_words import read_error_words
from clients.asking.stream import BrokenStream, is_stream, join_stream


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
    """The endpoint answered 200 with something else than a chat completion; `error` is what it says is wrong, where it says so."""

    def __init__(self, words: str, error: Any = None) -> None:
        super().__init__(words)
        self.error = error


class CutCompletion(UnreadableCompletion):
    """The answer ended before its end, as a connection that is lost ends it."""


def read_body(body: bytes, content_type: str) -> Any:
    """Decode a reply's body, a stream's as if it had come in one piece; raises UnreadableCompletion."""
    try:
        return join_stream(body) if is_stream(content_type, body) else msgspec.json.decode(body)
    except BrokenStream as exc:
        raise CutCompletion(f"the endpoint answered 200, but {exc}") from exc
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as exc:
        raise UnreadableCompletion(f"the endpoint answered 200 with a body that is no chat completion: {exc}") from exc


def read_completion(body: Any) -> Completion:
    """Read a decoded body; raises UnreadableCompletion."""
    try:
        completion = msgspec.convert(body, Completion)
    except msgspec.ValidationError as exc:
        raise UnreadableCompletion(f"the endpoint answered 200 with a body that is no chat completion: {exc}") from exc
    if completion.error or (completion.error is not None and not completion.choices):  # beside a choice, the stream broke off
        raise UnreadableCompletion(f"the endpoint answered 200 with an error: {read_error_words(completion.error)}", completion.error)
    if not completion.choices:
        raise UnreadableCompletion("the endpoint answered 200 with no choice in `choices`")
    return completion
