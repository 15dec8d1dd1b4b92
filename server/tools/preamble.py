"""What a model is told of the functions it may call: the text in front of the system text.

It is the same whatever is required, so that the next turn of a conversation finds it in the prefix cache: a grammar sees to the rest.
"""

from collections.abc import Sequence

import msgspec

from server.http.faults import Fault, refuse
from server.tools.brief_schema import shorten_schema
from server.tools.convention import CALL_SHAPE
from server.tools.tool import Schema, Tool, ToolChoice, select_tools

_HOW_TO_CALL = f"You have access to functions. To call one, answer in this format, with no other text:\n{CALL_SHAPE}\n"
_SEVERAL = "To call several, write one such object a line. "
_RESULTS = "Results come back as tool_output. If no function is needed, answer in plain text.\nThe functions:\n"
_NO_PARAMETERS: Schema = {"type": "object", "properties": {}}


def write_preamble(tools: Sequence[Tool], choice: ToolChoice, *, is_parallel: bool) -> str:
    """Describe the functions as compactly as JSON can; empty where nothing may be called. Raises InvalidRequest for schemas too deep."""
    # A grammar keeps to the names of a required call, so there the list stays whole for the prefix cache.
    shown = tools if choice.mode == "required" else select_tools(tools, choice)
    if not shown:
        return ""
    return _HOW_TO_CALL + (_SEVERAL if is_parallel else "") + _RESULTS + "\n".join(map(_describe, shown))


def _describe(tool: Tool) -> str:
    described: dict[str, object] = {"name": tool.name}
    if tool.description:
        described["description"] = tool.description
    try:
        parameters = shorten_schema(tool.parameters or _NO_PARAMETERS, tool.name)
        if parameters != _NO_PARAMETERS:
            described["parameters"] = parameters
        return msgspec.json.encode(described).decode()
    except RecursionError:
        refuse([Fault(param="tools", message=f"'tools': the parameters of {tool.name!r} are nested too deeply to be written out.")])
        raise
