"""Completions, the older kind, as OpenAI answered them."""

import re
from collections.abc import Iterator
from typing import Any

from tests.outside.clients.stand_in.chat import USAGE
from tests.outside.clients.stand_in.wish import TEXT


def complete(body: dict[str, Any]) -> dict[str, Any]:
    """Answer a completion request whole: `n` choices a prompt."""
    prompts = _prompts(body)
    choices = [_choice(body, prompt, i) for i, prompt in enumerate(p for p in prompts for _ in range(body.get("n") or 1))]
    return _head(body) | {"choices": choices, "usage": USAGE | {"prompt_tokens": sum(len(_tokens(prompt)) for prompt in prompts)}}


def stream_completion(body: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Answer a completion request in chunks."""
    for piece, reason in ((TEXT[:3], None), (TEXT[3:], None), ("", "stop")):
        yield _head(body) | {"choices": [{"index": 0, "text": piece, "logprobs": None, "finish_reason": reason}]}
    if (body.get("stream_options") or {}).get("include_usage"):
        yield _head(body) | {"choices": [], "usage": USAGE}


def _head(body: dict[str, Any]) -> dict[str, Any]:
    return {"id": "cmpl-0", "object": "text_completion", "created": 1_700_000_000, "model": body["model"]}


def _prompts(body: dict[str, Any]) -> list[str | list[int]]:
    prompt = body["prompt"]
    return prompt if isinstance(prompt, list) and not isinstance(prompt[0], int) else [prompt]


def _tokens(prompt: str | list[int]) -> list[str]:
    return re.findall(r"\s*\S+", prompt) if isinstance(prompt, str) else [f" t{token}" for token in prompt]


def _choice(body: dict[str, Any], prompt: str | list[int], index: int) -> dict[str, Any]:
    drawn = [" blue"] * (body.get("max_tokens") or 1)
    echoed = _tokens(prompt) if body.get("echo") else []
    logprobs = None
    if body.get("logprobs") is not None:
        tokens = echoed + drawn
        logprobs = {
            "tokens": tokens,
            "token_logprobs": [None if echoed and not i else -0.5 for i in range(len(tokens))],
            "top_logprobs": [None if echoed and not i else {token: -0.5} for i, token in enumerate(tokens)],
            "text_offset": [sum(map(len, tokens[:i])) for i in range(len(tokens))],
        }
    return {"index": index, "text": "".join(echoed + drawn) if logprobs else TEXT, "logprobs": logprobs, "finish_reason": "stop"}
