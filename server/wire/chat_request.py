"""The body of `POST /v1/chat/completions`, field by field.

What is done with each is decided in `server/chat/fields.py`. A field whose type is `object` is known but not supported, one of type
`Accepted` may hold anything and changes nothing. Whatever is not declared here is refused as unknown.
"""

from typing import Annotated, Literal

import msgspec

from server.wire.accepted import Accepted
from server.wire.answer_form import ResponseFormat, StructuredOutputs
from server.wire.generation_fields import GenerationFields, Limit, NumChoices, NumTop
from server.wire.tools import MAX_TOOLS, RequestToolCall, ToolChoiceField, ToolDefinition


class ContentPart(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One part of a message's content; the kinds that are not text are declared so that they are refused by their place."""

    type: str
    text: str | None = None
    refusal: str | None = None  # an assistant's
    image_url: object = None
    input_audio: object = None
    file: object = None
    prompt_cache_breakpoint: Accepted = None
    cache_control: Accepted = None


class RequestMessage(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One message as clients send it; what an SDK dumps of our own answer is accepted back."""

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: str | tuple[ContentPart, ...] | None = None
    name: str | None = None
    refusal: str | None = None
    audio: object = None
    annotations: Accepted = None
    tool_calls: tuple[RequestToolCall, ...] | None = None
    tool_call_id: str | None = None
    function_call: object = None
    parsed: Accepted = None

    # Other servers' and clients'
    prefix: bool | None = None  # DeepSeek's: the answer begins with this message
    reasoning_content: Accepted = None
    reasoning: Accepted = None
    reasoning_details: Accepted = None
    thinking_blocks: Accepted = None
    images: object = None
    cache_control: Accepted = None
    provider_specific_fields: Accepted = None
    id: Accepted = None
    created_at: Accepted = None
    opts: Accepted = None
    cycle: Accepted = None


class StreamOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a streamed answer carries beside its text."""

    include_usage: bool | None = None
    include_obfuscation: bool | None = None  # padding against traffic analysis: we never pad
    continuous_usage_stats: bool | None = None  # vLLM's: usage on every chunk


class ChatTemplateKwargs(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Variables of other models' chat templates."""

    enable_thinking: bool | None = None
    thinking: bool | None = None


class ChatRequest(GenerationFields, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """OpenAI's chat request with candor's own fields; `null` is the same as leaving a field out."""

    messages: Annotated[tuple[RequestMessage, ...], msgspec.Meta(min_length=1)]

    # Limits
    max_tokens: Limit | None = None
    max_completion_tokens: Limit | None = None

    # The form of the answer
    n: NumChoices | None = None
    stream_options: StreamOptions | None = None
    logprobs: bool | None = None
    top_logprobs: NumTop | None = None
    response_format: ResponseFormat | None = None
    structured_outputs: StructuredOutputs | None = None  # vLLM's

    # Functions that may be called
    tools: Annotated[tuple[ToolDefinition, ...], msgspec.Meta(max_length=MAX_TOOLS)] | None = None
    tool_choice: ToolChoiceField | None = None
    parallel_tool_calls: bool | None = None

    # Accepted
    user: str | None = None
    safety_identifier: str | None = None
    prompt_cache_key: str | None = None
    prompt_cache_retention: str | None = None
    prompt_cache_options: Accepted = None
    service_tier: str | None = None
    reasoning_effort: str | None = None
    verbosity: str | None = None
    prediction: Accepted = None

    # OpenAI's, of which only the values that ask for nothing are taken
    functions: object = None
    function_call: object = None
    modalities: object = None
    audio: object = None
    web_search_options: object = None
    moderation: object = None
    store: bool | None = None

    # vLLM's
    continue_final_message: bool | None = None  # null: an assistant message at the end is gone on from; false: the model opens a turn anew
    add_generation_prompt: bool | None = None  # the opposite
    chat_template: object = None
    chat_template_kwargs: ChatTemplateKwargs | None = None
