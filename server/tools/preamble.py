"""What a model is told of the functions it may call: the text in front of the system text.

It is the same whatever is required, so that the next turn of a conversation finds it in the prefix cache: a grammar sees to the rest.
"""

import re
from collections.abc import Sequence

import msgspec

from server.http.faults import Fault, refuse
from server.tools.brief_schema import Detail, shorten_schema
from server.tools.convention import CALL_SHAPE
from server.tools.tool import Schema, Tool, ToolChoice, select_tools

_HOW_TO_CALL = f"You have access to functions. To call one, answer in this format, with no other text:\n{CALL_SHAPE}\n"
_SEVERAL = "To call several, write one such object a line. "
_RESULTS = "Results come back as tool_output. If no function is needed, answer in plain text.\nThe functions:\n"
_NO_PARAMETERS: Schema = {"type": "object", "properties": {}}


def write_preamble(tools: Sequence[Tool], choice: ToolChoice, *, is_parallel: bool, detail: Detail = "full") -> str:
    """Describe the functions as compactly as JSON can; empty where nothing may be called. Raises InvalidRequest for schemas too deep.

    `detail` is for a context that does not hold all of it: "brief" leaves out what explains the parameters, "names" the parameters
    and all but the first sentence of what a function does.
    """
    # A grammar keeps to the names of a required call, so there the list stays whole for the prefix cache.
    shown = tools if choice.mode == "required" else select_tools(tools, choice)
    if not shown:
        return ""
    return _HOW_TO_CALL + (_SEVERAL if is_parallel else "") + _RESULTS + "\n".join(_describe(tool, detail) for tool in shown)


def _describe(tool: Tool, detail: Detail) -> str:
    described: dict[str, object] = {"name": tool.name}
    if tool.description:
        described["description"] = _take_first_sentence(tool.description) if detail == "names" else tool.description
    try:
        parameters = shorten_schema(tool.parameters or _NO_PARAMETERS, tool.name, detail=detail)
        if parameters != _NO_PARAMETERS and detail != "names":
            described["parameters"] = parameters
        return msgspec.json.encode(described).decode()
    except RecursionError:
        refuse([Fault(param="tools", message=f"'tools': the parameters of {tool.name!r} are nested too deeply to be written out.")])
        raise


def _take_first_sentence(text: str) -> str:
    return re.split(r"(?<=[.!?])\s|\n", text.strip(), maxsplit=1)[0]
