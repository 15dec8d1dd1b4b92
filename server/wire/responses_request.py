"""The body of `POST /v1/responses`, field by field.

What is done with each is decided in `server/responses/fields.py`. A field whose type is `object` is known but not supported. Whatever is
not declared here is refused as unknown.
"""

from typing import Annotated, Any, Literal

import msgspec

from server.wire.accepted import Accepted
from server.wire.generation_fields import GenerationFields, Limit, NumTop
from server.wire.responses_tools import ChoiceOfTools, OfferedTool
from server.wire.tools import MAX_TOOLS


class CacheBreakpoint(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where OpenAI is to cut what it caches; candor finds by itself what prompts have in common."""

    mode: str | None = None
    ttl: str | None = None


class InputPart(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One part of a message's content; only text is supported, the others are declared so that they are refused by their place."""

    type: str
    text: str | None = None
    refusal: str | None = None

    # What the API itself puts beside a text, and what marks it for OpenAI's cache
    annotations: tuple[msgspec.Raw, ...] | None = None
    logprobs: tuple[msgspec.Raw, ...] | None = None
    prompt_cache_breakpoint: CacheBreakpoint | None = None
    parsed: Accepted = None  # what an SDK read out of the text

    # Of parts that are no text
    image_url: object = None
    detail: object = None
    file_id: object = None
    file_data: object = None
    file_url: object = None
    filename: object = None
    input_audio: object = None


class InputItem(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One item of the conversation. Which fields it may have is for its type to say, and a message may leave its type out."""

    type: str | None = None
    id: str | None = None
    status: str | None = None

    # Of a message
    role: Literal["system", "developer", "user", "assistant"] | None = None
    content: str | tuple[InputPart, ...] | None = None  # of a reasoning too
    phase: str | None = None

    # Of a reasoning
    summary: tuple[msgspec.Raw, ...] | None = None
    encrypted_content: str | None = None

    # Of a function's call and of what it gave
    call_id: str | None = None
    name: str | None = None
    arguments: str | None = None
    output: str | tuple[InputPart, ...] | None = None
    namespace: str | None = None
    caller: dict[str, str] | None = None
    async_: bool | None = msgspec.field(default=None, name="async")
    parsed_arguments: Accepted = None  # what an SDK read out of them
    dumped_async: None = msgspec.field(default=None, name="async_")  # so OpenAI's SDK dumps the field before


class TextFormat(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What the text is to be written as."""

    type: Literal["text", "json_object", "json_schema"]
    name: str | None = None
    description: str | None = None
    schema: dict[str, Any] | None = None
    strict: bool | None = None  # the schema holds in any case


class TextConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The form of the text."""

    format: TextFormat | None = None
    verbosity: str | None = None


class Reasoning(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How much to think before answering, of which Gemma 3 knows nothing."""

    effort: str | None = None
    summary: str | None = None
    generate_summary: str | None = None
    context: str | None = None
    mode: str | None = None


class ResponseStreamOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a streamed answer carries beside its events."""

    include_obfuscation: bool | None = None  # padding against traffic analysis, which a client may ask to leave out: we never pad


Includable = Literal[
    "code_interpreter_call.outputs",
    "computer_call_output.output.image_url",
    "file_search_call.results",
    "message.input_image.image_url",
    "message.output_text.logprobs",
    "reasoning.encrypted_content",
    "web_search_call.action.sources",
    "web_search_call.results",
]


class ResponsesRequest(GenerationFields, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """OpenAI's request for a response with candor's own fields; `null` is the same as leaving a field out."""

    input: str | tuple[InputItem, ...] | None = None
    instructions: str | None = None

    max_output_tokens: Limit | None = None

    # The form of the answer
    text: TextConfig | None = None
    stream_options: ResponseStreamOptions | None = None
    include: tuple[Includable, ...] | None = None  # of which only log-probabilities are to be had
    top_logprobs: NumTop | None = None

    # Functions that may be called
    tools: Annotated[tuple[OfferedTool, ...], msgspec.Meta(max_length=MAX_TOOLS)] | None = None
    tool_choice: ChoiceOfTools | None = None
    parallel_tool_calls: bool | None = None

    # Accepted: they change bookkeeping at OpenAI, or what only its own models and tools have, and not the answer
    max_tool_calls: int | None = None  # of OpenAI's own tools
    prompt_cache_key: str | None = None
    prompt_cache_options: dict[str, str | bool | float | None] | None = None
    prompt_cache_retention: str | None = None
    reasoning: Reasoning | None = None
    safety_identifier: str | None = None
    service_tier: str | None = None
    truncation: Literal["auto", "disabled"] | None = None  # a conversation that is too long is refused either way
    user: str | None = None

    # OpenAI's, of which only the harmless values are taken
    access_programs: object = None
    background: object = None
    background_options: object = None
    context_management: object = None
    conversation: object = None
    image: object = None
    moderation: object = None
    previous_response_id: object = None
    prompt: object = None
    store: object = None
