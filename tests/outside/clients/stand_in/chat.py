"""Chat completions as OpenAI answers them."""

from collections.abc import Iterator
from typing import Any

from tests.outside.clients.stand_in.wish import Call, choose_call, write_text

USAGE = {"prompt_tokens": 7, "completion_tokens": 9, "total_tokens": 16}
CALL_ID = "call_0"


def complete_chat(body: dict[str, Any]) -> dict[str, Any]:
    """Answer a chat request whole."""
    call = _call(body)
    text, reason = _text(body)
    message: dict[str, Any] = {"role": "assistant", "content": None if call else text, "refusal": None}
    if call:
        message["tool_calls"] = [{"id": CALL_ID, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}]
    choices = [
        {"index": i, "message": message, "logprobs": _logprobs(body), "finish_reason": "tool_calls" if call else reason}
        for i in range(body.get("n") or 1)
    ]
    return _head(body, "chat.completion") | {"choices": choices, "usage": USAGE}


def stream_chat(body: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Answer a chat request in chunks."""
    call = _call(body)
    head = _head(body, "chat.completion.chunk")
    has_usage_chunk = (body.get("stream_options") or {}).get("include_usage")
    for delta, reason in _deltas(body, call):
        yield (
            head
            | {"choices": [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": reason}]}
            | (
                {"usage": USAGE} if reason and not has_usage_chunk else {}  # as candor does; OpenAI says nothing of it then
            )
        )
    if has_usage_chunk:
        yield head | {"choices": [], "usage": USAGE}


def _deltas(body: dict[str, Any], call: Call | None) -> Iterator[tuple[dict[str, Any], str | None]]:
    if call:
        yield {"role": "assistant", "content": None}, None
        yield {"tool_calls": [{"index": 0, "id": CALL_ID, "type": "function", "function": {"name": call.name, "arguments": ""}}]}, None
        for piece in (call.arguments[:3], call.arguments[3:]):
            yield {"tool_calls": [{"index": 0, "function": {"arguments": piece}}]}, None
        yield {}, "tool_calls"
    else:
        text, reason = _text(body)
        yield {"role": "assistant", "content": ""}, None
        for piece in (text[:3], text[3:]):
            yield {"content": piece}, None
        yield {}, reason


def _head(body: dict[str, Any], kind: str) -> dict[str, Any]:
    head = {"id": "chatcmpl-0", "object": kind, "created": 1_700_000_000, "model": body["model"], "system_fingerprint": "fp_0"}
    return head | {"metadata": body.get("metadata")}


def _call(body: dict[str, Any]) -> Call | None:
    has_result = body["messages"][-1]["role"] == "tool"
    return choose_call([tool["function"] for tool in body.get("tools") or []], body.get("tool_choice"), has_result=has_result)


def _text(body: dict[str, Any]) -> tuple[str, str]:
    """Write the text and say why it ends: a token is four characters here, but only an answer of very few is cut."""
    text = write_text(body.get("response_format"), _prompts(body))
    limit = body.get("max_completion_tokens") or body.get("max_tokens") or 8
    return (text[: 4 * limit], "length") if limit < 8 else (text, "stop")


def _prompts(body: dict[str, Any]) -> Iterator[str]:
    for message in body["messages"]:
        content = message.get("content")
        yield content if isinstance(content, str) else "".join(part.get("text", "") for part in content or [])


def _logprobs(body: dict[str, Any]) -> dict[str, Any] | None:
    if not body.get("logprobs"):
        return None
    token = {"token": "The", "bytes": [84, 104, 101], "logprob": -0.5}
    return {"content": [token | {"top_logprobs": [token] * (body.get("top_logprobs") or 0)}], "refusal": None}
