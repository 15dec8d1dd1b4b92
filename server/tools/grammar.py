"""The grammar of an answer that has to be a call: in llguidance's Lark dialect, the frame literal and the arguments by their schema."""

import json
from collections.abc import Sequence

from server.http.faults import Fault, refuse
from server.structured.fault import SchemaRefused
from server.structured.schema import prepare_schema
from server.tools.convention import BETWEEN_CALLS, CALL_END, ITEM_SEPARATOR, KEY_SEPARATOR, write_call_start
from server.tools.tool import Schema, Tool, ToolChoice, select_tools

MAX_CALLS = 32  # in one answer: a model that has nothing to say goes on for ever otherwise

# White space is settled: a model cannot loop on it.
_SPACING = {"whitespace_flexible": False, "item_separator": ITEM_SEPARATOR, "key_separator": KEY_SEPARATOR}
_NO_ARGUMENTS: Schema = {"type": "object", "properties": {}, "additionalProperties": False}
_ANY_OBJECT: Schema = {"type": "object"}
_SAY_WHAT_ELSE = frozenset({"additionalProperties", "unevaluatedProperties", "patternProperties", "$ref", "anyOf", "oneOf", "allOf"})


def write_call_grammar(tools: Sequence[Tool], choice: ToolChoice, *, is_parallel: bool) -> str:
    """Write the grammar of calls of what may be called, one at least; a function that is named is called once.

    Where a function's schema is not to be had in a grammar, its arguments are any object; raises InvalidRequest where it is strict.
    """
    callable_tools = select_tools(tools, choice)
    refuse(_find_faults(callable_tools))
    is_named = choice.names is not None and len(choice.names) == 1
    further = f" ({_quote(BETWEEN_CALLS)} call){{0,{MAX_CALLS - 1}}}" if is_parallel and not is_named else ""
    return "\n".join([f"start: call{further}", *_write_calls(callable_tools)]) + "\n"


def write_call_or_answer_grammar(tools: Sequence[Tool], choice: ToolChoice, *, is_parallel: bool, schema: Schema) -> str:
    """Write the grammar of calls or, in place of them, JSON that fits a schema, which is prepared. Arguments are any object."""
    loose = [Tool(name=tool.name, parameters=_ANY_OBJECT) for tool in select_tools(tools, choice)]
    further = f" ({_quote(BETWEEN_CALLS)} call){{0,{MAX_CALLS - 1}}}" if is_parallel else ""
    answer = f"answer: %json {json.dumps(schema | {'x-guidance': _SPACING})}"
    return "\n".join([f"start: call{further} | answer", *_write_calls(loose), answer]) + "\n"


def _write_calls(tools: Sequence[Tool]) -> list[str]:
    lines = ["call: " + " | ".join(f"call_{i}" for i in range(len(tools)))]
    for i, tool in enumerate(tools):
        lines.append(f"call_{i}: {_quote(write_call_start(tool.name))} arguments_{i} {_quote(CALL_END)}")
        lines.append(f"arguments_{i}: %json {json.dumps(_prepare(require_object(tool.parameters)) | {'x-guidance': _SPACING})}")
    return lines


def _prepare(schema: Schema) -> Schema:
    try:
        return prepare_schema(json.dumps(schema))
    except SchemaRefused:
        return _ANY_OBJECT


def require_object(parameters: Schema | None) -> Schema:
    """Narrow a function's schema to objects and, where it lists properties and says nothing of others, to those."""
    if parameters is None:
        return _NO_ARGUMENTS
    types = parameters.get("type", "object")
    schema = parameters | {"type": "object"} if types == "object" or (isinstance(types, list) and "object" in types) else parameters
    if "properties" in schema and not _SAY_WHAT_ELSE & schema.keys():
        return schema | {"additionalProperties": False}
    return schema


def _find_faults(tools: Sequence[Tool]) -> list[Fault]:
    faults = []
    for tool in tools:
        schema = require_object(tool.parameters)
        if schema.get("type") != "object":
            message = f"'tools': the parameters of {tool.name!r} are of type {schema.get('type')!r}: expected 'object'."
            faults.append(Fault(param="tools", message=message))
        elif tool.is_strict and (fault := _find_schema_fault(schema)) is not None:
            message = f"'tools': the parameters of {tool.name!r} cannot be kept: {fault}. Without 'strict' any object is taken."
            faults.append(Fault(param="tools", message=message))
    return faults


def _find_schema_fault(schema: Schema) -> str | None:
    try:
        prepare_schema(json.dumps(schema))
    except SchemaRefused as exc:
        return str(exc)
    return None


def _quote(text: str) -> str:
    """Quote a text as a Lark literal."""
    return json.dumps(text)
