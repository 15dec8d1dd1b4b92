"""Functions that a request for a response offers, and which of them are to be called: OpenAI's flat form."""

from typing import Annotated, Any, Literal

import msgspec

from server.wire.tools import FunctionName


class OfferedFunction(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, tag_field="type", tag="function"
):
    """A function as it is offered."""

    name: FunctionName
    description: str | None = None
    parameters: dict[str, Any] | None = None  # JSON schema of an object
    strict: bool | None = None

    # Of who else calls it, when the model hears of it, and what it gives
    allowed_callers: tuple[str, ...] | None = None
    async_: bool | None = msgspec.field(default=None, name="async")
    defer_loading: bool | None = None
    output_schema: dict[str, Any] | None = None


class OfferedCustomTool(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="type", tag="custom"):
    """A tool that takes any text, which is not supported; with two types here, any further one is refused before its fields are read."""

    name: object = None
    description: object = None
    format: object = None
    allowed_callers: object = None
    async_: object = msgspec.field(default=None, name="async")
    defer_loading: object = None


class ChosenFunction(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="type", tag="function"):
    """A function by its name."""

    name: str


class ChosenFunctions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="type", tag="allowed_tools"):
    """Some of the functions, one of which may or must be called."""

    mode: Literal["auto", "required"]
    tools: Annotated[tuple[ChosenFunction, ...], msgspec.Meta(min_length=1)]


OfferedTool = OfferedFunction | OfferedCustomTool
ChoiceOfTools = Literal["none", "auto", "required"] | ChosenFunction | ChosenFunctions
