"""Responses as OpenAI answers them: whole, or in named events."""

from collections.abc import Iterator
from typing import Any

from tests.outside.clients.stand_in.wish import choose_call, write_text

USAGE = {
    "input_tokens": 7,
    "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
    "output_tokens": 9,
    "output_tokens_details": {"reasoning_tokens": 0},
    "total_tokens": 16,
}


def respond(body: dict[str, Any]) -> dict[str, Any]:
    """Answer a request whole."""
    return _head(body) | {"status": "completed", "output": [_item(body)], "usage": USAGE}


def stream_response(body: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Answer a request in events, numbered."""
    for number, event in enumerate(_events(body)):
        yield event | {"sequence_number": number}


def _events(body: dict[str, Any]) -> Iterator[dict[str, Any]]:
    item = _item(body)
    begun = _head(body) | {"status": "in_progress", "output": [], "usage": None}
    yield {"type": "response.created", "response": begun}
    yield {"type": "response.in_progress", "response": begun}
    place = {"item_id": item["id"], "output_index": 0}
    is_call = item["type"] == "function_call"
    empty: dict[str, Any] = {"status": "in_progress", "arguments" if is_call else "content": "" if is_call else []}
    yield {"type": "response.output_item.added", "output_index": 0, "item": item | empty}
    if is_call:
        arguments = item["arguments"]
        for piece in (arguments[:3], arguments[3:]):
            yield {"type": "response.function_call_arguments.delta", "delta": piece} | place
        yield {"type": "response.function_call_arguments.done", "arguments": arguments, "name": item["name"]} | place
    else:
        part = item["content"][0]
        place["content_index"] = 0
        yield {"type": "response.content_part.added", "part": part | {"text": ""}} | place
        for piece in (part["text"][:3], part["text"][3:]):
            yield {"type": "response.output_text.delta", "delta": piece, "logprobs": []} | place
        yield {"type": "response.output_text.done", "text": part["text"], "logprobs": []} | place
        yield {"type": "response.content_part.done", "part": part} | place
    yield {"type": "response.output_item.done", "output_index": 0, "item": item}
    yield {"type": "response.completed", "response": respond(body)}


def _head(body: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": "resp_0",
        "object": "response",
        "created_at": 1_700_000_000,
        "model": body["model"],
        "error": None,
        "incomplete_details": None,
        "instructions": body.get("instructions"),
        "metadata": body.get("metadata") or {},
        "parallel_tool_calls": True,
        "temperature": 1.0,
        "top_p": 1.0,
        "tool_choice": body.get("tool_choice") or "auto",
        "tools": body.get("tools") or [],
        "text": body.get("text") or {"format": {"type": "text"}},
        "truncation": "disabled",
    }


def _item(body: dict[str, Any]) -> dict[str, Any]:
    given = body["input"]
    has_result = isinstance(given, list) and given[-1].get("type") == "function_call_output"
    call = choose_call(body.get("tools") or [], body.get("tool_choice"), has_result=has_result)
    if call:
        return {"type": "function_call", "id": "fc_0", "call_id": "call_0", "status": "completed"} | {
            "name": call.name,
            "arguments": call.arguments,
        }
    text = write_text((body.get("text") or {}).get("format"), (str(item) for item in given))
    part = {"type": "output_text", "text": text, "annotations": [], "logprobs": []}
    return {"type": "message", "id": "msg_0", "status": "completed", "role": "assistant", "content": [part]}
