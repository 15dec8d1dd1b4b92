"""The body of `POST /v1/chat/completions`, field by field.

A field whose type is `object` is known but not supported: `server/chat/translation.py` lets its harmless values pass and refuses the rest
by name. Whatever is not declared here is refused as unknown.
"""

from typing import Annotated, Literal

import msgspec

from server.wire.generation_fields import GenerationFields, Limit, NumChoices


class ContentPart(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One part of a message's content; only text is supported, the others are declared so that they are refused by their place."""

    type: str
    text: str | None = None
    image_url: object = None
    input_audio: object = None
    file: object = None
    refusal: object = None


class RequestMessage(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One message as clients send it; what an SDK dumps of our own answer is accepted back."""

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: str | tuple[ContentPart, ...] | None = None
    name: object = None
    refusal: object = None
    audio: object = None
    annotations: object = None
    tool_calls: object = None
    tool_call_id: object = None
    function_call: object = None


class StreamOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a streamed answer carries beside its text."""

    include_usage: bool | None = None
    include_obfuscation: bool | None = None  # padding against traffic analysis, which a client may ask to leave out: we never pad


class ChatRequest(GenerationFields, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """OpenAI's chat request with candor's own fields; `null` is the same as leaving a field out."""

    messages: Annotated[tuple[RequestMessage, ...], msgspec.Meta(min_length=1)]

    # Limits
    max_tokens: Limit | None = None
    max_completion_tokens: Limit | None = None

    # The form of the answer
    n: NumChoices | None = None
    stream_options: StreamOptions | None = None

    # Harmless whatever they hold: they change bookkeeping at OpenAI, not the answer
    user: str | None = None
    safety_identifier: str | None = None
    prompt_cache_key: str | None = None
    prompt_cache_retention: str | None = None
    parallel_tool_calls: bool | None = None

    # OpenAI's, of which only the harmless values are taken
    logprobs: object = None
    top_logprobs: object = None
    logit_bias: object = None
    response_format: object = None
    tools: object = None
    tool_choice: object = None
    functions: object = None
    function_call: object = None
    modalities: object = None
    audio: object = None
    prediction: object = None
    reasoning_effort: object = None
    verbosity: object = None
    web_search_options: object = None
    moderation: object = None
    prompt_cache_options: object = None
    store: object = None
    service_tier: object = None

    # vLLM's
    continue_final_message: bool | None = None  # null: an assistant message at the end is gone on from; false: the model opens a turn anew
