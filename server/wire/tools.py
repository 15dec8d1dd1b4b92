"""Functions that a chat offers, asks for, and has called."""

from typing import Annotated, Any, Literal

import msgspec

from server.wire.accepted import Accepted

MAX_TOOLS = 128

FunctionName = Annotated[str, msgspec.Meta(pattern=r"^[a-zA-Z0-9_.-]{1,128}\Z")]


class FunctionDefinition(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A function as it is offered."""

    name: FunctionName
    description: str | None = None
    parameters: dict[str, Any] | None = None  # JSON schema of an object
    strict: bool | None = None


class ToolDefinition(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A tool as it is offered: only functions are supported, the others are declared so that they are refused by their place."""

    type: str
    function: FunctionDefinition | None = None
    custom: object = None
    strict: bool | None = None  # some clients put it here
    cache_control: Accepted = None  # of other makers' caches: ours needs no hints


class NamedFunction(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A function by its name."""

    name: str


class NamedTool(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A tool by its name."""

    type: Literal["function"] = "function"
    function: NamedFunction


class AllowedTools(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Some of the tools, one of which may or must be called."""

    mode: Literal["auto", "required"]
    tools: tuple[NamedTool, ...]


class ToolChoiceObject(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One function, or some of those on offer."""

    type: Literal["function", "allowed_tools"] | None = None
    function: NamedFunction | None = None
    allowed_tools: AllowedTools | None = None


ToolChoiceField = Literal["none", "auto", "required"] | ToolChoiceObject


class CalledFunction(msgspec.Struct, frozen=True, kw_only=True):
    """What was called with what."""

    name: str
    arguments: str  # a JSON text


class RequestCalledFunction(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What was called with what, as it is sent back."""

    name: str
    arguments: str
    parsed_arguments: Accepted = None  # what an SDK read out of them


class RequestToolCall(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A call in an earlier answer, as it is sent back."""

    id: str
    type: Literal["function"] = "function"
    function: RequestCalledFunction
    index: int | None = None  # left over from a stream


class ToolCall(msgspec.Struct, frozen=True, kw_only=True):
    """A call in a whole answer."""

    id: str
    type: Literal["function"] = "function"
    function: CalledFunction


class FunctionDelta(msgspec.Struct, frozen=True, kw_only=True):
    """What a chunk adds to a call's function."""

    name: str | msgspec.UnsetType = msgspec.UNSET
    arguments: str


class ToolCallDelta(msgspec.Struct, frozen=True, kw_only=True):
    """What a chunk adds to a call: id and name come once, with the first."""

    index: int
    id: str | msgspec.UnsetType = msgspec.UNSET
    type: Literal["function"] | msgspec.UnsetType = msgspec.UNSET
    function: FunctionDelta
