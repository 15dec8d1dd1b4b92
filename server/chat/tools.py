"""What a chat says of functions: pure."""

from collections.abc import Iterator

from server.exchange.tool_offer import ToolOffer
from server.http.faults import Fault
from server.tools.tool import Tool, ToolChoice
from server.wire.chat_request import ChatRequest
from server.wire.tools import ToolChoiceObject, ToolDefinition


def translate_tools(request: ChatRequest) -> ToolOffer:
    """Translate a request without faults."""
    tools = tuple(_translate_tool(tool) for tool in request.tools or ())
    return ToolOffer(tools=tools, choice=_translate_choice(request), is_parallel=request.parallel_tool_calls is not False)


def find_tool_faults(request: ChatRequest) -> Iterator[Fault]:
    """Find tools that are no functions or have one name, and a choice of what is not on offer."""
    names: set[str] = set()
    for i, tool in enumerate(request.tools or ()):
        place = f"tools[{i}]"
        if tool.type != "function" or tool.custom is not None:
            yield Fault(param=f"{place}.type", message=f"'{place}' is of type {tool.type!r}: only functions are supported.")
        elif tool.function is None:
            yield Fault(param=f"{place}.function", message=f"'{place}.function' is missing.")
        elif tool.function.name in names:
            message = f"'{place}.function.name' is {tool.function.name!r}, which another tool has: name each once."
            yield Fault(param=f"{place}.function.name", message=message)
        else:
            names.add(tool.function.name)
    choice = request.tool_choice
    if choice == "required" and not request.tools:
        yield Fault(param="tool_choice", message="'tool_choice' is 'required', but 'tools' is empty: there is nothing to call.")
    if isinstance(choice, ToolChoiceObject):
        yield from _find_choice_faults(choice, names)


def _find_choice_faults(choice: ToolChoiceObject, names: set[str]) -> Iterator[Fault]:
    if (choice.function is None) == (choice.allowed_tools is None):
        text = "'tool_choice' is an object: expected either 'function' with a name or 'allowed_tools' with a mode and tools in it."
        yield Fault(param="tool_choice", message=text)
    if choice.allowed_tools is not None and choice.allowed_tools.mode == "required" and not choice.allowed_tools.tools:
        text = "'tool_choice.allowed_tools.tools' is empty, but its mode is 'required': there is nothing to call."
        yield Fault(param="tool_choice.allowed_tools.tools", message=text)
    for name in _named(choice):
        if name not in names:
            yield Fault(param="tool_choice", message=f"'tool_choice' names {name!r}, which is not among 'tools'.")


def _translate_tool(tool: ToolDefinition) -> Tool:
    function = tool.function
    assert function is not None
    return Tool(
        name=function.name,
        description=function.description,
        parameters=function.parameters,
        is_strict=bool(tool.strict if function.strict is None else function.strict),
    )


def _translate_choice(request: ChatRequest) -> ToolChoice:
    choice = request.tool_choice
    if not request.tools:
        return ToolChoice(mode="none")
    if not isinstance(choice, ToolChoiceObject):
        return ToolChoice(mode=choice or "auto")
    if choice.allowed_tools is not None:
        return ToolChoice(mode=choice.allowed_tools.mode, names=_named(choice))
    return ToolChoice(mode="required", names=_named(choice))


def _named(choice: ToolChoiceObject) -> tuple[str, ...]:
    if choice.allowed_tools is not None:
        return tuple(tool.function.name for tool in choice.allowed_tools.tools)
    return (choice.function.name,) if choice.function else ()
