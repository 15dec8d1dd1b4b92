"""The bodies of `POST /tokenize`, `POST /detokenize` and `GET /tokenizer_info`, as vLLM has them."""

from typing import Annotated, Literal

import msgspec

from server.engine.sampling_defaults import MAX_INT64


class TokenizedMessage(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A message of plain text."""

    role: Literal["system", "user", "assistant"]
    content: str


class TokenizeRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A prompt as it stands, or messages; `null` is the same as leaving a field out."""

    model: str | None = None
    prompt: str | None = None
    add_special_tokens: bool | None = None  # null: with a prompt true; messages have those of their template
    messages: Annotated[tuple[TokenizedMessage, ...], msgspec.Meta(min_length=1)] | None = None
    add_generation_prompt: bool | None = None  # null: true; with messages
    return_token_strs: bool | None = None


class Tokenized(msgspec.Struct, frozen=True, kw_only=True):
    """Token ids."""

    count: int
    max_model_len: int
    tokens: tuple[int, ...]
    token_strs: tuple[str, ...] | None


class DetokenizeRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Token ids."""

    model: str | None = None
    tokens: tuple[Annotated[int, msgspec.Meta(ge=0, le=MAX_INT64)], ...]


class Detokenized(msgspec.Struct, frozen=True, kw_only=True):
    """Their text."""

    prompt: str


class TokenizerInfo(msgspec.Struct, frozen=True, kw_only=True):
    """Special tokens as they are spelt, null where there is none, and the chat template."""

    bos_token: str | None
    eos_token: str | None
    pad_token: str | None
    unk_token: str | None
    chat_template: str
    max_model_len: int
