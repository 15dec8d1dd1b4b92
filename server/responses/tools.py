"""What a request for a response says of functions: pure."""

from collections.abc import Iterator

from server.exchange.tool_offer import ToolOffer
from server.http.faults import Fault
from server.tools.tool import Tool, ToolChoice
from server.wire.responses_request import ResponsesRequest
from server.wire.responses_tools import ChosenFunction, ChosenFunctions, OfferedFunction


def translate_tools(request: ResponsesRequest) -> ToolOffer:
    """Translate a request without faults."""
    tools = tuple(_translate_tool(tool) for tool in request.tools or () if isinstance(tool, OfferedFunction))
    return ToolOffer(tools=tools, choice=_translate_choice(request), is_parallel=request.parallel_tool_calls is not False)


def find_tool_faults(request: ResponsesRequest) -> Iterator[Fault]:
    """Find tools that are no functions or have one name, and a choice of what is not on offer."""
    names: set[str] = set()
    for i, tool in enumerate(request.tools or ()):
        place = f"tools[{i}]"
        if not isinstance(tool, OfferedFunction):
            yield Fault(param=f"{place}.type", message=f"'{place}' is of type 'custom': only functions are supported.")
        elif tool.name in names:
            yield Fault(param=f"{place}.name", message=f"'{place}.name' is {tool.name!r}, which another tool has: name each once.")
        else:
            names.add(tool.name)
    if request.tool_choice == "required" and not request.tools:
        yield Fault(param="tool_choice", message="'tool_choice' is 'required', but 'tools' is empty: there is nothing to call.")
    for name in _translate_choice(request).names or ():
        if name not in names:
            yield Fault(param="tool_choice", message=f"'tool_choice' names {name!r}, which is not among 'tools'.")


def _translate_tool(tool: OfferedFunction) -> Tool:
    return Tool(name=tool.name, description=tool.description, parameters=tool.parameters, is_strict=bool(tool.strict))


def _translate_choice(request: ResponsesRequest) -> ToolChoice:
    match request.tool_choice:
        case ChosenFunction(name=name):
            return ToolChoice(mode="required", names=(name,))
        case ChosenFunctions(mode=mode, tools=tools):
            return ToolChoice(mode=mode, names=tuple(tool.name for tool in tools))
        case mode:
            return ToolChoice(mode=(mode or "auto") if request.tools else "none")
