"""From a chat's body to a `Generation`: pure."""

from collections.abc import Iterator, Sequence
from itertools import chain, groupby

import msgspec

from server.engine.protocol import Generation, Message, Role, ServedModel
from server.engine.sampling_defaults import NO_DEFAULTS, SamplingDefaults
from server.exchange.sampling import (
    choose_scale,
    find_common_faults,
    find_limit_faults,
    find_number_faults,
    read_limit,
    translate_sampling,
    translate_stops,
)
from server.http.faults import Fault, refuse
from server.wire.chat_request import ChatRequest, ContentPart, RequestMessage

# Fields that are known but not supported, with the values (as JSON) that ask for nothing; null always does.
_HARMLESS = {
    "logprobs": ("false",),
    "top_logprobs": ("0",),
    "logit_bias": ("{}",),
    "response_format": ('{"type":"text"}',),
    "tools": ("[]",),
    "tool_choice": ('"none"',),
    "functions": ("[]",),
    "function_call": ('"none"',),
    "modalities": ('["text"]',),
    "audio": (),
    "prediction": (),
    "reasoning_effort": ('"none"',),
    "verbosity": ('"medium"',),
    "web_search_options": (),
    "moderation": (),
    "prompt_cache_options": (),
    "store": ("false",),
    "service_tier": ('"auto"', '"default"'),
}
_HARMLESS_IN_MESSAGE = {
    "name": (),
    "refusal": (),
    "audio": (),
    "annotations": ("[]",),
    "tool_calls": ("[]",),
    "tool_call_id": (),
    "function_call": (),
}
_ROLES: dict[str, Role] = {"system": "system", "developer": "system", "user": "user", "assistant": "assistant"}


def translate_chat(
    request: ChatRequest,
    *,
    id: str,
    served: ServedModel,
    max_completion_tokens: int,
    defaults: SamplingDefaults = NO_DEFAULTS,
    drawn_seed: int | None = None,
) -> Generation:
    """Translate a request for a served model; raises InvalidRequest with its faults, the first of them as `param`.

    `defaults` are for what it leaves unset, and `drawn_seed` for a request without a seed; with None the engine draws one.
    """
    found = chain(
        _find_unsupported(request),
        find_limit_faults(request, "max_tokens", "max_completion_tokens"),
        _find_contradictions(request),
        find_number_faults(request, "n"),
        find_common_faults(request),
        _find_message_faults(request),
    )
    refuse(found)
    messages, beginning = _split_beginning(_merge_messages(request.messages), request)
    asked_tokens = read_limit(request.max_completion_tokens) or read_limit(request.max_tokens)
    return Generation(
        id=id,
        messages=messages,
        sampling=translate_sampling(request, defaults, drawn_seed),
        max_tokens=min(asked_tokens or defaults.max_tokens or max_completion_tokens, max_completion_tokens),
        is_limit_asked_for=asked_tokens is not None,
        stop=translate_stops(request),
        beginning=beginning,
        adapter=None if served.parent is None else served.id,
        adapter_scale=choose_scale(request),
    )


def _find_unsupported(request: ChatRequest) -> Iterator[Fault]:
    yield from _compare_harmless(request, _HARMLESS, prefix="")
    for i, message in enumerate(request.messages):
        yield from _compare_harmless(message, _HARMLESS_IN_MESSAGE, prefix=f"messages[{i}].")


def _compare_harmless(struct: msgspec.Struct, harmless: dict[str, tuple[str, ...]], prefix: str) -> Iterator[Fault]:
    for field, allowed in harmless.items():
        value = getattr(struct, field)
        if value is None:
            continue
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        # Compared as JSON: in Python False == 0 and True == 1.
        if msgspec.json.encode(value).decode() not in allowed:
            accepted = " or ".join(("null", *allowed))
            yield Fault(
                param=prefix + field, message=f"'{prefix}{field}' is not supported yet: leave it out (only {accepted} is accepted)."
            )


def _find_contradictions(request: ChatRequest) -> Iterator[Fault]:
    if request.stream_options is not None and not request.stream:
        yield Fault(param="stream_options", message="'stream_options' is only allowed with 'stream': true.")
    limits = read_limit(request.max_tokens), read_limit(request.max_completion_tokens)
    if None not in limits and limits[0] != limits[1]:
        yield Fault(
            param="max_completion_tokens",
            message=f"'max_tokens' is {limits[0]} and 'max_completion_tokens' {limits[1]}: send one of them.",
        )


def _find_message_faults(request: ChatRequest) -> Iterator[Fault]:
    for i, message in enumerate(request.messages):
        if message.role not in _ROLES:
            text = f"'messages[{i}].role' {message.role!r} is not supported yet: expected system, developer, user or assistant."
            yield Fault(param=f"messages[{i}].role", message=text)
        yield from _find_content_faults(message, f"messages[{i}].content")
    turns = [message.role for message in request.messages if _ROLES.get(message.role) != "system"]
    if request.continue_final_message and turns[-1:] != ["assistant"]:
        text = (
            "'continue_final_message' is true, but there is nothing to go on from: expected an assistant message at the end of 'messages'."
        )
        yield Fault(param="continue_final_message", message=text)


def _find_content_faults(message: RequestMessage, place: str) -> Iterator[Fault]:
    if message.content is None:
        yield Fault(param=place, message=f"'{place}' is missing or null: expected text.")
    elif not isinstance(message.content, str):
        if not message.content:
            yield Fault(param=place, message=f"'{place}' is an empty list: expected text or at least one text part.")
        for j, part in enumerate(message.content):
            if part.type != "text":
                yield Fault(param=f"{place}[{j}]", message=f"'{place}[{j}]' is of type {part.type!r}, not supported: expected a text part.")
            elif part.text is None:
                yield Fault(param=f"{place}[{j}].text", message=f"'{place}[{j}].text' is missing.")


def _merge_messages(messages: Sequence[RequestMessage]) -> tuple[Message, ...]:
    """Join the system messages in front and same-role neighbours with a blank line: Gemma's template insists on alternating turns.

    It begins with the user's, which holds the system text: where nobody has asked anything yet, that text is all of it.
    """
    spoken = [(_ROLES[message.role], _join_parts(message.content)) for message in messages]
    system = [text for role, text in spoken if role == "system"]
    turns = [turn for turn in spoken if turn[0] != "system"]
    opening: Role = "system" if turns and turns[0][0] == "user" else "user"
    merged = [Message(role=opening, content="\n\n".join(system))] if system or opening == "user" else []
    for role, group in groupby(turns, key=lambda turn: turn[0]):
        merged.append(Message(role=role, content="\n\n".join(text for _, text in group)))
    return tuple(merged)


def _split_beginning(messages: tuple[Message, ...], request: ChatRequest) -> tuple[tuple[Message, ...], str]:
    """Part the conversation from what the client has said of the answer: an assistant message at the end."""
    if messages[-1].role != "assistant" or request.continue_final_message is False:
        return messages, ""
    return messages[:-1], messages[-1].content


def _join_parts(content: str | Sequence[ContentPart] | None) -> str:
    if content is None or isinstance(content, str):
        return content or ""
    return "".join(part.text or "" for part in content)
