"""What a request asks a stand-in to say: text, JSON, or a call of one of its tools."""

import json
from collections.abc import Iterable
from typing import Any

import msgspec

from tests.outside.clients.stand_in.schema_example import write_example

TEXT = "The sky is blue because air scatters sunlight."


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """A call of a tool, with its arguments as JSON text."""

    name: str
    arguments: str


def choose_call(tools: list[dict[str, Any]], choice: Any, *, has_result: bool) -> Call | None:
    """Choose what to call of flat tools `{name, parameters}`.

    Under `auto` that is the first, and nothing any more once a result is there; under `required` the last once a result is there,
    which is where agents put the tool that ends them.
    """
    if isinstance(choice, dict):
        named = choice.get("function", choice)["name"]
        tool = next(tool for tool in tools if tool["name"] == named)
    elif not tools or choice == "none" or (has_result and choice != "required"):
        return None
    else:
        tool = tools[-1] if has_result else tools[0]
    return Call(name=tool["name"], arguments=json.dumps(write_example(tool.get("parameters") or {"type": "object"})))


def write_text(form: dict[str, Any] | None, prompts: Iterable[str]) -> str:
    """Write the text for a `response_format` or `text.format`: JSON where that is asked for, after the prompt's schema if it has none."""
    match form:
        case {"type": "json_schema", "json_schema": {"schema": schema}} | {"type": "json_schema", "schema": schema}:
            return json.dumps(write_example(schema))
        case {"type": "json_object"}:
            return json.dumps(next((write_example(schema) for prompt in prompts for schema in _schemas(prompt)), {}))
        case _:
            return TEXT


def _schemas(text: str) -> Iterable[dict[str, Any]]:
    """Find the JSON schemas that are spelt out in a prompt."""
    at = text.find("{")
    while at >= 0:
        try:
            value, _ = json.JSONDecoder().raw_decode(text, at)
        except ValueError:
            value = None
        if isinstance(value, dict) and "properties" in value:
            yield value
        at = text.find("{", at + 1)
