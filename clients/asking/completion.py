"""What a chat completion says, read from the JSON of it.

The SDK builds its objects without checking them; these are checked, so that an error dressed as an answer, or a reply of the wrong shape,
is an error in the endpoint's own words and never a score.
"""

from codecs import BOM_UTF8
from collections.abc import Mapping
from typing import Any

import msgspec

from clients.asking.blocks import Said, UnknownBlock, plain_text, read_blocks
from clients.asking.error_words import read_error_words
from clients.asking.finish_reasons import FAILED, FILTERED, read_finish_reason
from clients.asking.stream import BrokenStream, is_stream, join_stream
from clients.asking.withheld import filter_words

ANSWERED = "the endpoint answered 200 with"
# Servers call the same thing otherwise, and some send it twice: the first that holds a text is taken.
REASONING_FIELDS = ("reasoning_content", "reasoning", "thinking", "reasoning_text", "reasoning_details", "thinking_blocks")

USUAL_KEYS = ("id", "object", "created", "model", "choices", "usage")  # of a body; what stands beside them may tell what is wrong
CALL_FIELDS = ("tool_calls", "function_call")


class Completion(msgspec.Struct, frozen=True, kw_only=True):
    """An answer; what no score depends on is None where an endpoint says nothing that makes sense."""

    text: str
    reasoning: str | None = None
    refusal: str | None = None  # words that are kept apart, of the model or of the endpoint's filter
    finish_reason: str | None = None
    model: str | None = None  # that answered, by its own account
    num_prompt_tokens: int | None = None
    num_completion_tokens: int | None = None
    num_reasoning_tokens: int | None = None  # of those; some endpoints count them and keep the reasoning to themselves
    system_fingerprint: str | None = None
    metadata: dict[str, str] = {}


class UnreadableCompletion(ValueError):
    """The endpoint answered 200 with something else than a chat completion.

    `error` is what it says is wrong, where it says so, and `partial` what came of an answer before.
    """

    def __init__(self, words: str, error: Any = None, *, partial: str = "") -> None:
        super().__init__(words)
        self.error = error
        self.partial = partial


class CutCompletion(UnreadableCompletion):
    """The answer ended before its end, as a connection that is lost ends it."""


def read_body(body: bytes, content_type: str) -> Any:
    """Decode a reply's body, a stream's as if it had come in one piece; raises UnreadableCompletion."""
    try:
        return join_stream(body) if is_stream(content_type, body) else msgspec.json.decode(body.removeprefix(BOM_UTF8))
    except BrokenStream as exc:
        raise CutCompletion(f"the endpoint answered 200, but {exc}") from exc
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as exc:
        words = read_error_words(body.decode(errors="replace")) or "nothing"
        raise UnreadableCompletion(f"{ANSWERED} a body that is no chat completion: {exc}; it says {words:.160}") from exc


def read_completion(body: Any) -> Completion:
    """Read a decoded body; raises UnreadableCompletion."""
    if not isinstance(body, dict):
        raise UnreadableCompletion(f"{ANSWERED} a body that is no chat completion: expected an object, got {_shown(body)}")
    choice, error = _first_choice(body), body.get("error")
    if choice is None:
        return _read_error(body, error)
    error = error or choice.get("error")
    finish_reason = read_finish_reason(choice.get("finish_reason"))
    said = _read_message(choice.get("message"), error, finish_reason)
    withheld = filter_words(error) if error else None
    if withheld is None and (finish_reason == FAILED or (error and finish_reason != FILTERED)):
        raise CutCompletion(_failure_words(choice, error), error or None, partial=said.text)
    usage = body.get("usage")
    if _is_nothing(choice, said, withheld or error, finish_reason, usage):
        raise UnreadableCompletion(f"{ANSWERED} a message without content, though tokens were drawn (finish reason {finish_reason})")
    return Completion(
        text=said.text or said.refusal,
        reasoning=said.reasoning or None,
        refusal=said.refusal or withheld or (read_error_words(error) if error else None),
        finish_reason=FILTERED if withheld else finish_reason,
        model=_text(body.get("model")),
        num_prompt_tokens=_count(usage, "prompt_tokens"),
        num_completion_tokens=_count(usage, "completion_tokens"),
        num_reasoning_tokens=_reasoning_count(usage),
        system_fingerprint=_text(body.get("system_fingerprint")),
        metadata=_strings(body.get("metadata")),
    )


def withheld_completion(error: Any) -> Completion | None:
    """Make a completion of an error by which the endpoint's filter withholds the answer; None of any other error."""
    words = filter_words(error)
    return None if words is None else Completion(text="", refusal=words, finish_reason=FILTERED)


def _first_choice(body: Mapping[str, Any]) -> dict[str, Any] | None:
    """Find the choice; None where there is none at all."""
    choices = body.get("choices")
    if choices is None or choices == []:
        return None
    if not isinstance(choices, list) or not isinstance(choices[0], dict):
        raise UnreadableCompletion(f"{ANSWERED} no chat completion: expected a list of objects in `choices`, got {_shown(choices)}")
    return choices[0]


def _read_error(body: Mapping[str, Any], error: Any) -> Completion:
    """Read a body without a choice: what the filter withholds is an answer, all else raises."""
    if not error and (body.get("object") == "error" or isinstance(body.get("message"), str) or body.get("detail")):
        error = body
    if not error:
        rest = {key: value for key, value in body.items() if key not in USUAL_KEYS}
        raise UnreadableCompletion(f"{ANSWERED} no choice in `choices`" + (f"; it says {read_error_words(rest):.160}" if rest else ""))
    withheld = withheld_completion(error)
    if withheld is None:
        raise UnreadableCompletion(f"{ANSWERED} an error: {read_error_words(error)}", error)
    return withheld


def _read_message(message: Any, error: Any, finish_reason: str | None) -> Said:
    """Read the assistant's turn. Beside an error, and where the filter took it, there need not be one."""
    if message is None and (error or finish_reason in (FAILED, FILTERED)):
        return Said()
    if not isinstance(message, dict):
        raise UnreadableCompletion(f"{ANSWERED} no chat completion: expected an object in choices[0].message, got {_shown(message)}")
    try:
        said = read_blocks(message.get("content"))
    except UnknownBlock as exc:
        raise UnreadableCompletion(f"{ANSWERED} no chat completion: choices[0].message.content: {exc}") from exc
    if not said.text.strip() and any(message.get(name) for name in CALL_FIELDS):
        raise UnreadableCompletion(f"{ANSWERED} a call of a function, of which the request has none, and no text")
    beside = next((text for name in REASONING_FIELDS if (text := plain_text(message.get(name)))), "")
    return Said(text=said.text, reasoning=beside + said.reasoning, refusal=plain_text(message.get("refusal")) or said.refusal)


def _is_nothing(choice: Mapping[str, Any], said: Said, withheld: Any, finish_reason: str | None, usage: Any) -> bool:
    """Say whether the content is null and nothing stands in its place: an answer of no tokens, which has a score, is an empty text."""
    message = choice.get("message")
    is_null = isinstance(message, dict) and message.get("content") is None
    is_explained = withheld or finish_reason == FILTERED or _count(usage, "completion_tokens") == 0 or _reasoning_count(usage)
    return is_null and not is_explained and not (said.text or said.reasoning or said.refusal)


def _failure_words(choice: Mapping[str, Any], error: Any) -> str:
    if error:
        return f"{ANSWERED} an error: {read_error_words(error)}"
    reason = choice.get("finish_reason")
    words = plain_text(reason.get("message")) if isinstance(reason, dict) else ""
    return f"the endpoint broke the answer off: finish reason {read_error_words(words or reason)}"


def _shown(value: Any) -> str:
    return "null" if value is None else f"{read_error_words(value):.60}"


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value.strip() else None


def _count(usage: Any, name: str) -> int | None:
    number = usage.get(name) if isinstance(usage, dict) else None
    return number if isinstance(number, int) and not isinstance(number, bool) and number >= 0 else None


def _reasoning_count(usage: Any) -> int | None:
    """Find how many tokens nobody saw; Gemini counts them in the total alone."""
    if not isinstance(usage, dict):
        return None
    for holder in (usage.get("completion_tokens_details"), usage):
        if (told := _count(holder, "reasoning_tokens")) is not None:
            return told
    prompt, total = _count(usage, "prompt_tokens"), _count(usage, "total_tokens")
    unseen = None if prompt is None or total is None else total - prompt - (_count(usage, "completion_tokens") or 0)
    return unseen if unseen and unseen > 0 else None


def _strings(metadata: Any) -> dict[str, str]:
    """Keep what OpenAI's type allows in `metadata`: strings."""
    if not isinstance(metadata, dict):
        return {}
    return {key: value for key, value in metadata.items() if isinstance(value, str)}
