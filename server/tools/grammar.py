"""The grammar of an answer that has to be a call: in llguidance's Lark dialect, the frame literal and the arguments by their schema."""

import json
from collections.abc import Sequence

from server.http.faults import Fault, refuse
from server.structured.fault import SchemaRefused
from server.tools.arguments_schema import ANY_OBJECT, ArgumentsChecker, require_object
from server.tools.convention import BETWEEN_CALLS, CALL_END, ITEM_SEPARATOR, KEY_SEPARATOR, write_call_start
from server.tools.tool import Schema, Tool, ToolChoice, select_tools

MAX_CALLS = 32  # in one answer: a model that has nothing to say goes on for ever otherwise

# White space is settled: a model cannot loop on it.
_SPACING = {"whitespace_flexible": False, "item_separator": ITEM_SEPARATOR, "key_separator": KEY_SEPARATOR}


def write_call_grammar(tools: Sequence[Tool], choice: ToolChoice, *, is_parallel: bool) -> str:
    """Write the grammar of calls of what may be called, one at least; a function that is named is called once.

    Where a function's schema is not to be had in a grammar, its arguments are any object; raises InvalidRequest where it is strict.
    """
    callable_tools = select_tools(tools, choice)
    schemas = _prepare_schemas(callable_tools)
    is_named = choice.names is not None and len(choice.names) == 1
    further = f" ({_quote(BETWEEN_CALLS)} call){{0,{MAX_CALLS - 1}}}" if is_parallel and not is_named else ""
    return "\n".join([f"start: call{further}", *_write_calls(callable_tools, schemas)]) + "\n"


def write_call_or_answer_grammar(tools: Sequence[Tool], choice: ToolChoice, *, is_parallel: bool, schema: Schema) -> str:
    """Write the grammar of calls or, in place of them, JSON that fits a schema, which is prepared. Arguments are any object."""
    callable_tools = select_tools(tools, choice)
    calls = _write_calls(callable_tools, [ANY_OBJECT] * len(callable_tools))
    further = f" ({_quote(BETWEEN_CALLS)} call){{0,{MAX_CALLS - 1}}}" if is_parallel else ""
    answer = f"answer: %json {json.dumps(schema | {'x-guidance': _SPACING})}"
    return "\n".join([f"start: call{further} | answer", *calls, answer]) + "\n"


def _write_calls(tools: Sequence[Tool], schemas: Sequence[Schema]) -> list[str]:
    lines = ["call: " + " | ".join(f"call_{i}" for i in range(len(tools)))]
    for i, (tool, schema) in enumerate(zip(tools, schemas, strict=True)):
        lines.append(f"call_{i}: {_quote(write_call_start(tool.name))} arguments_{i} {_quote(CALL_END)}")
        lines.append(f"arguments_{i}: %json {json.dumps(schema | {'x-guidance': _SPACING})}")
    return lines


def _prepare_schemas(tools: Sequence[Tool]) -> list[Schema]:
    """Give what holds the arguments of each function; raises InvalidRequest with all that cannot be kept."""
    checker = ArgumentsChecker()
    schemas: list[Schema] = []
    faults: list[Fault] = []
    for tool in tools:
        if (kind := require_object(tool.parameters).get("type")) != "object":
            message = f"'tools': the parameters of {tool.name!r} are of type {kind!r}: expected 'object'."
            faults.append(Fault(param="tools", message=message))
            continue
        try:
            schemas.append(checker.prepare(tool.parameters))
        except SchemaRefused as exc:
            schemas.append(ANY_OBJECT)
            if tool.is_strict:
                message = f"'tools': the parameters of {tool.name!r} cannot be kept: {exc}. Without 'strict' any object is taken."
                faults.append(Fault(param="tools", message=message))
    refuse(faults)
    return schemas


def lets_any_object_through(tools: Sequence[Tool], choice: ToolChoice) -> bool:
    """Say whether the arguments of some function are not held to its schema, as no grammar can."""
    checker = ArgumentsChecker()
    try:
        for tool in select_tools(tools, choice):
            checker.prepare(tool.parameters)
    except SchemaRefused:
        return True
    return False


def _quote(text: str) -> str:
    """Quote a text as a Lark literal."""
    return json.dumps(text)
