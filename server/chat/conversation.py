"""A chat's messages as Gemma's template takes them, with what is wrong with them: pure.

The template wants turns of user and model that alternate, the user's first, with the system text in the first of them.
"""

from collections.abc import Iterator, Sequence

import msgspec

from server.engine.protocol import Message, Role
from server.exchange.conversation import find_question, join_texts, merge_turns, split_beginning
from server.http.faults import Fault
from server.tools.history import Called, Returned, Said, Turn, find_history_faults
from server.tools.tool import ToolCall
from server.wire.chat_request import ChatRequest, ContentPart, RequestMessage

SYSTEM_ROLES = ("system", "developer")
_ROLES: dict[str, Role] = {"system": "system", "developer": "system", "user": "user", "assistant": "assistant"}


class Conversation(msgspec.Struct, frozen=True, kw_only=True):
    """What has been said, and how the answer begins where the client has begun it."""

    messages: tuple[Message, ...]
    beginning: str = ""


def read_conversation(request: ChatRequest, *, preamble: str = "") -> Conversation:
    """Read messages without faults; the preamble stands in front of the system text."""
    messages = merge_turns(_list_turns(request.messages), preamble=preamble)
    messages, beginning = (messages, "") if False in _list_ends(request).values() else split_beginning(messages)
    return Conversation(messages=messages, beginning=beginning)


def find_question_before_results(request: ChatRequest) -> str | None:
    """Give what the user said last, where a function's results stand behind it."""
    if not any(message.role == "tool" for message in request.messages):
        return None
    return find_question(_list_turns(request.messages))


def find_conversation_faults(request: ChatRequest) -> Iterator[Fault]:
    """Find what is wrong with the messages, and with how they are to be gone on from."""
    for i, message in enumerate(request.messages):
        yield from _find_message_faults(message, f"messages[{i}]")
    if not any(message.role == "function" for message in request.messages):
        yield from find_history_faults(_list_turns(request.messages))
    last = _find_last_turn(request)
    if last is not None and request.messages[last].tool_calls:
        place = f"messages[{last}].tool_calls"
        text = f"'{place}' is the end of the conversation: expected what came of each call behind it, in a message of role 'tool'."
        yield Fault(param=place, message=text)
    ends = _list_ends(request)
    if len(set(ends.values())) > 1:
        text = f"{' and '.join(map(repr, ends))} contradict each other: one asks to go on from the last message, one to open a new turn."
        yield Fault(param=next(iter(ends)), message=f"{text} Send one of them.")
    elif True in ends.values() and not _ends_with_assistant(request):
        field = next(iter(ends))
        text = f"'{field}' asks to go on from the last message: expected an assistant message at the end of 'messages'."
        yield Fault(param=field, message=text)


def find_idle_prefixes(request: ChatRequest) -> Iterator[int]:
    """Find assistant messages that began an answer once: a later message follows them."""
    last = _find_last_turn(request)
    return (i for i, message in enumerate(request.messages) if message.prefix and message.role == "assistant" and i != last)


def is_text_part(part: ContentPart) -> bool:
    """Say whether a part is one that can be shown to the model."""
    return part.type in ("text", "refusal")


def _list_turns(messages: Sequence[RequestMessage]) -> list[Turn]:
    return [_read_turn(message, f"messages[{i}]") for i, message in enumerate(messages)]


def _read_turn(message: RequestMessage, place: str) -> Turn:
    text = _read_text(message)
    if message.role == "tool":
        return Returned(text=text, call_id=message.tool_call_id, place=f"{place}.tool_call_id")
    if message.tool_calls:
        calls = (ToolCall(id=call.id, name=call.function.name, arguments=call.function.arguments) for call in message.tool_calls)
        return Called(calls=tuple(calls), text=text)
    return Said(role=_ROLES[message.role], text=text)


def _read_text(message: RequestMessage) -> str:
    content = message.content or ""
    if not isinstance(content, str):
        content = "".join(_read_part(part, message) for part in content)
    return join_texts((content, message.refusal or ""))


def _read_part(part: ContentPart, message: RequestMessage) -> str:
    """Give a part's text without the white space around it, as Gemma's template does; it leaves a system text alone."""
    text = (part.text if part.type == "text" else part.refusal) or ""
    return text if message.role in SYSTEM_ROLES else text.strip()


def _list_ends(request: ChatRequest) -> dict[str, bool]:
    """List the fields that say whether the last message is gone on from, each with what it says."""
    ends: dict[str, bool] = {}
    if request.continue_final_message is not None:
        ends["continue_final_message"] = request.continue_final_message
    if request.add_generation_prompt is not None:
        ends["add_generation_prompt"] = not request.add_generation_prompt
    last = _find_last_turn(request)
    if last is not None and request.messages[last].prefix and request.messages[last].role == "assistant":
        ends[f"messages[{last}].prefix"] = True
    return ends


def _find_last_turn(request: ChatRequest) -> int | None:
    """Find the last message that stays where it is: system texts go to the front."""
    for i in reversed(range(len(request.messages))):
        if request.messages[i].role not in SYSTEM_ROLES:
            return i
    return None


def _ends_with_assistant(request: ChatRequest) -> bool:
    last = _find_last_turn(request)
    return last is not None and request.messages[last].role == "assistant"


def _find_message_faults(message: RequestMessage, place: str) -> Iterator[Fault]:
    if message.role == "function":
        text = f"'{place}.role' 'function' is not supported: send a call's result as role 'tool', with its 'tool_call_id'."
        yield Fault(param=f"{place}.role", message=text)
    if message.tool_call_id and message.role != "tool":
        text = f"'{place}.tool_call_id' stands in a message of role {message.role!r}: only a tool's answers a call."
        yield Fault(param=f"{place}.tool_call_id", message=text)
    if message.role != "assistant":
        if message.tool_calls:
            yield Fault(param=f"{place}.tool_calls", message=f"'{place}.tool_calls' has calls, but only an assistant calls functions.")
        if message.prefix:
            yield Fault(param=f"{place}.prefix", message=f"'{place}.prefix' is true, but only an assistant message begins an answer.")
        if message.refusal:
            yield Fault(param=f"{place}.refusal", message=f"'{place}.refusal' has a text, but only an assistant refuses.")
    yield from _find_content_faults(message, f"{place}.content")


def _find_content_faults(message: RequestMessage, place: str) -> Iterator[Fault]:
    if not message.content and not isinstance(message.content, str) and message.role != "assistant":
        found = "missing or null" if message.content is None else "an empty list"
        yield Fault(param=place, message=f"'{place}' is {found}: expected text, or a list of text parts.")
    if isinstance(message.content, tuple):
        for j, part in enumerate(message.content):
            yield from _find_part_faults(part, message, f"{place}[{j}]")


def _find_part_faults(part: ContentPart, message: RequestMessage, place: str) -> Iterator[Fault]:
    if not is_text_part(part):
        yield Fault(param=place, message=f"'{place}' is of type {part.type!r}, not supported: expected a text part.")
        return
    if part.type == "refusal" and message.role != "assistant":
        yield Fault(param=place, message=f"'{place}' is a refusal, but only an assistant refuses: expected a text part.")
    other = "refusal" if part.type == "text" else "text"
    if getattr(part, part.type) is None:
        yield Fault(param=f"{place}.{part.type}", message=f"'{place}.{part.type}' is missing.")
    if getattr(part, other) is not None:
        yield Fault(param=f"{place}.{other}", message=f"'{place}.{other}' stands in a part of type {part.type!r}: leave it out.")
