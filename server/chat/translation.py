"""From a wire request to a `Generation` and how its answer is to be scored: pure, and the only module that knows both sides."""

from collections.abc import Iterator, Sequence
from itertools import chain, groupby

import msgspec

from server.answers.answer import ScoringWish
from server.engine.protocol import Generation, Message, Role, Sampling, ServedModel
from server.engine.sampling_defaults import NO_DEFAULTS, SamplingDefaults
from server.http.faults import Fault, find_scorer_faults, refuse
from server.wire.chat_request import ChatRequest, ContentPart, RequestMessage

# Fields that are known but not supported, with the values (as JSON) that ask for nothing; null always does.
_HARMLESS = {
    "n": ("1",),
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
_WHOLE_NUMBERS = ("top_k", "seed", "max_tokens", "max_completion_tokens")
_LIMITS = ("max_tokens", "max_completion_tokens")
_RANDOM_SEED = -1  # as in vLLM and llama.cpp; any other negative seed is a seed
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
        _find_number_faults(request),
        _find_contradictions(request),
        find_scorer_faults(request.scorer),
        _find_message_faults(request),
    )
    refuse(found)
    messages, beginning = _split_beginning(_merge_messages(request.messages), request)
    asked_tokens = _read_limit(request.max_completion_tokens) or _read_limit(request.max_tokens)
    return Generation(
        id=id,
        messages=messages,
        sampling=_translate_sampling(request, defaults, drawn_seed),
        max_tokens=min(asked_tokens or defaults.max_tokens or max_completion_tokens, max_completion_tokens),
        is_limit_asked_for=asked_tokens is not None,
        stop=(request.stop,) if isinstance(request.stop, str) else request.stop or (),
        beginning=beginning,
        adapter=None if served.parent is None else served.id,
        adapter_scale=_choose_scale(request),
    )


def translate_scoring(request: ChatRequest) -> ScoringWish:
    """Translate how the answer is to be scored."""
    return ScoringWish(scorer=request.scorer, on_degeneration=request.degeneration.action if request.degeneration else None)


def _choose_scale(request: ChatRequest) -> float:
    scale = request.lora[0].scale if request.lora else None
    return 1.0 if scale is None else scale


def _translate_sampling(request: ChatRequest, defaults: SamplingDefaults, drawn_seed: int | None) -> Sampling:
    off = Sampling()
    seed = None if request.seed is None else int(request.seed)
    return Sampling(
        temperature=_first_of(request.temperature, defaults.temperature, off.temperature),
        top_p=_first_of(request.top_p, defaults.top_p, off.top_p),
        top_k=max(int(_first_of(request.top_k, defaults.top_k, off.top_k)), 0),
        min_p=_first_of(request.min_p, defaults.min_p, off.min_p),
        seed=drawn_seed if seed in (None, _RANDOM_SEED) else seed,
        repetition_penalty=_first_of(request.repetition_penalty, defaults.repetition_penalty, off.repetition_penalty),
        presence_penalty=request.presence_penalty or 0.0,
        frequency_penalty=request.frequency_penalty or 0.0,
    )


def _first_of(asked: float | None, default: float | None, off: float) -> float:
    """Give what was asked for, or else the default, or else what changes nothing."""
    if asked is not None:
        return asked
    return off if default is None else default


def _read_limit(limit: float | None) -> int | None:
    """Give the tokens of a limit; None where the client sets none."""
    return None if limit is None or limit == -1 else int(limit)


def _find_number_faults(request: ChatRequest) -> Iterator[Fault]:
    for field in _WHOLE_NUMBERS:
        value = getattr(request, field)
        if isinstance(value, float) and not value.is_integer():
            yield Fault(param=field, message=f"'{field}' is {value!r}: expected a whole number.")
        elif field in _LIMITS and value == 0:
            yield Fault(param=field, message=f"'{field}' is 0: expected a whole number from 1, or -1 or null for no limit of yours.")


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
    if request.lora and len(request.lora) > 1:
        message = f"'lora' names {len(request.lora)} adapters: mixing several in one answer is not supported yet, name one."
        yield Fault(param="lora", message=message)
    if request.stream_options is not None and not request.stream:
        yield Fault(param="stream_options", message="'stream_options' is only allowed with 'stream': true.")
    limits = _read_limit(request.max_tokens), _read_limit(request.max_completion_tokens)
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
