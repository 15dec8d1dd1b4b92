"""The body of `POST /v1/completions`. `server/completions/fields.py` says what is done with each field; any other is refused as unknown."""

from typing import Annotated

import msgspec

from server.wire.answer_form import ResponseFormat, StructuredOutputs
from server.wire.chat_request import StreamOptions
from server.wire.generation_fields import GenerationFields, Limit, NumChoices, NumTop, TokenId

# A list is of texts, of the ids of one prompt, or of prompts by their ids: the translation refuses one that is mixed.
PromptPart = str | TokenId | tuple[TokenId, ...]
Prompt = str | Annotated[tuple[PromptPart, ...], msgspec.Meta(min_length=1)]


class CompletionRequest(GenerationFields, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """OpenAI's request for completions with candor's own fields; `null` is the same as leaving a field out."""

    prompt: Prompt
    max_tokens: Limit | None = None  # null: 16; 0 with `echo`: the prompt alone
    echo: bool | None = None
    logprobs: NumTop | None = None
    n: NumChoices | None = None
    best_of: NumChoices | None = None
    response_format: ResponseFormat | None = None
    structured_outputs: StructuredOutputs | None = None
    stream_options: StreamOptions | None = None
    suffix: str | None = None
    user: str | None = None
