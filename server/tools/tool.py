"""What a request offers the model to call, and what it wants called."""

from collections.abc import Sequence
from typing import Literal

import msgspec

Schema = dict[str, object]  # a JSON schema, as decoded


class Tool(msgspec.Struct, frozen=True, kw_only=True):
    """A function that the model may call."""

    name: str  # letters, digits, _, . and -, 128 at most: the HTTP layer sees to it
    description: str | None = None
    parameters: Schema | None = None  # of its arguments, an object; None: it takes none
    is_strict: bool = False  # its arguments are to fit exactly, or the request is refused


class ToolChoice(msgspec.Struct, frozen=True, kw_only=True):
    """Whether something is called: never, as the model likes, or in any case."""

    mode: Literal["none", "auto", "required"] = "auto"
    names: tuple[str, ...] | None = None  # what may be called; None: whatever is offered


class ToolCall(msgspec.Struct, frozen=True, kw_only=True):
    """A function called, by the model in its answer or in an earlier turn."""

    id: str | None  # None in OpenAI's older form, `function_call`
    name: str
    arguments: str  # as written: meant to be a JSON object, and not always one


def select_tools(tools: Sequence[Tool], choice: ToolChoice) -> tuple[Tool, ...]:
    """Give the tools that may be called, in their order."""
    if choice.mode == "none":
        return ()
    return tuple(tool for tool in tools if choice.names is None or tool.name in choice.names)
