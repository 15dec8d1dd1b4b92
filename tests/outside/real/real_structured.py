"""Answers bound to a form, from a pretrained model that would loop: JSON by a schema, and calls of functions, whole and streamed."""

import json
from typing import Any

import pytest

from tests.server.structured.judging import is_valid
from tests.server_process import Server

PERSON: dict[str, Any] = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "maxLength": 20},
        "age": {"type": "integer", "minimum": 0, "maximum": 120},
        "mood": {"enum": ["gut", "très bien", "元気", None]},
        "tags": {"type": "array", "items": {"type": "string", "maxLength": 8}, "maxItems": 2},
    },
    "required": ["name", "age", "mood", "tags"],
    "additionalProperties": False,
}
ASKED: list[Any] = [{"role": "user", "content": "Who are you? Make somebody up."}]
TOOL: Any = {"type": "function", "function": {"name": "greet", "description": "Greets a person.", "parameters": PERSON}}


@pytest.mark.parametrize("seed", range(4))
def test_an_answer_by_a_schema_is_what_it_says(server: Server, seed: int) -> None:
    form: Any = {"type": "json_schema", "json_schema": {"name": "person", "schema": PERSON, "strict": True}}
    with server.connect() as client:
        completion = client.chat.completions.create(
            model=server.announced, messages=ASKED, response_format=form, seed=seed, temperature=1, max_tokens=150
        )
    (choice,) = completion.choices
    assert choice.finish_reason == "stop"
    assert choice.message.content is not None
    assert is_valid(choice.message.content, PERSON)


@pytest.mark.parametrize("seed", range(2))
def test_a_function_that_has_to_be_called_is_called_with_what_it_takes(server: Server, seed: int) -> None:
    options: dict[str, Any] = {"tools": [TOOL], "tool_choice": "required", "parallel_tool_calls": False, "seed": seed, "max_tokens": 200}
    with server.connect() as client:
        whole: Any = client.chat.completions.create(model=server.announced, messages=ASKED, **options)
        chunks: Any = list(client.chat.completions.create(model=server.announced, messages=ASKED, stream=True, **options))
    (call,) = whole.choices[0].message.tool_calls
    assert (whole.choices[0].finish_reason, call.function.name) == ("tool_calls", "greet")
    assert is_valid(call.function.arguments, PERSON)
    pieces = [piece for chunk in chunks for choice in chunk.choices for piece in choice.delta.tool_calls or ()]
    assert json.loads("".join(piece.function.arguments or "" for piece in pieces)) == json.loads(call.function.arguments)
