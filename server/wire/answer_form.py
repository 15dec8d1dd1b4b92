"""The form that an answer must have: OpenAI's `response_format` and vLLM's `structured_outputs`."""

from typing import Annotated, Any, Literal

import msgspec

Schema = dict[str, Any] | bool


class JsonSchema(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A schema with its name."""

    name: str | None = None
    description: str | None = None
    schema: Schema | None = None  # None: any JSON object
    strict: bool | None = None  # the schema holds in any case


class ResponseFormat(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the text of an answer is."""

    type: Literal["text", "json_object", "json_schema"]
    json_schema: JsonSchema | None = None
    schema: Schema | None = None  # with json_object, as llama.cpp takes it


class StructuredOutputs(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One of vLLM's kinds."""

    json: Schema | str | None = None
    regex: str | None = None
    choice: Annotated[tuple[str, ...], msgspec.Meta(min_length=1, max_length=2000)] | None = None
    grammar: str | None = None  # in Lark's notation, as llguidance has it
    json_object: bool | None = None
