"""Conversations as clients were seen to send them: each is answered, and the header names what was only accepted."""

from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from tests.server.chat.asking import USER
from tests.server.fake_engine import FakeEngine

SYSTEM = {"role": "system", "content": "Be brief."}
ANSWER = {"role": "assistant", "content": "Hello there."}
CACHED = {"type": "text", "text": "Hello", "cache_control": {"type": "ephemeral"}}
BREAKPOINT = {"type": "text", "text": "Hello", "prompt_cache_breakpoint": {"mode": "explicit", "ttl": "30m"}}

# Client and version, what it sends beside the model, and the header.
BODIES: list[tuple[str, dict[str, Any], str | None]] = [
    ("openai-py 3.57.0, plain", {"messages": [SYSTEM, USER]}, None),
    ("openai-py 3.57.0, effort", {"messages": [USER], "reasoning_effort": "low", "verbosity": "low"}, "reasoning_effort, verbosity"),
    ("openai-py 3.57.0, name", {"messages": [USER | {"name": "ada"}]}, "messages[].name"),
    (
        "openai-py 3.57.0, breakpoint",
        {"messages": [{"role": "user", "content": [BREAKPOINT]}], "service_tier": "fast"},
        "service_tier, messages[].content[].prompt_cache_breakpoint",
    ),
    (
        "openai-py 3.57.0, round trip",
        {
            "messages": [
                USER,
                ANSWER | {"refusal": None, "annotations": None, "audio": None, "function_call": None, "tool_calls": None},
                USER,
            ]
        },
        None,
    ),
    ("openai-npm 7.59.0, tools empty", {"messages": [USER], "tools": [], "tool_choice": "auto", "stream": False}, None),
    ("litellm 1.108.7, round trip", {"messages": [USER, ANSWER | {"annotations": [], "tool_calls": None}, USER]}, None),
    (
        "litellm 1.108.7, round trip of a reasoning model",
        {
            "messages": [
                USER,
                ANSWER
                | {"reasoning_content": "Hm.", "thinking_blocks": [{"type": "thinking"}], "provider_specific_fields": {"refusal": None}},
                USER,
            ]
        },
        "messages[].reasoning_content, messages[].thinking_blocks, messages[].provider_specific_fields",
    ),
    ("litellm 1.108.7, prefix", {"messages": [USER, ANSWER | {"prefix": True}]}, None),
    ("litellm 1.108.7, cache_control", {"messages": [{"role": "user", "content": [CACHED]}]}, "messages[].content[].cache_control"),
    (
        "litellm 1.108.7, cache_control of a message",
        {"messages": [SYSTEM | {"cache_control": {"type": "ephemeral"}}, USER]},
        "messages[].cache_control",
    ),
    ("litellm proxy 1.108.7, stream", {"messages": [USER], "stream": True, "stream_options": {"include_usage": True}}, None),
    ("langchain-openai 1.7.4", {"messages": [USER], "max_completion_tokens": 32, "stream": False}, None),
    ("langchain-openai 1.7.4, name", {"messages": [USER | {"name": "ada"}], "stream": False}, "messages[].name"),
    ("pydantic-ai 2.68.0, retry", {"messages": [SYSTEM, USER, ANSWER, SYSTEM], "stream": False}, None),
    ("ai 7.0.173, effort", {"messages": [USER], "reasoning_effort": "high"}, "reasoning_effort"),
    (
        "lm-eval 0.4.13, chat",
        {"messages": [USER], "max_tokens": 8, "temperature": 0, "stop": ["\n\n"], "seed": 1234},
        None,
    ),
    ("garak 0.17.1, empty prompt", {"messages": [{"role": "user", "content": ""}], "n": 1, "stop": ["#", ";"]}, None),
    ("haystack 3.4.1", {"messages": [USER | {"name": "ada"}], "n": 1, "stream": False}, "messages[].name"),
    ("deepeval 4.3.1", {"messages": [{"role": "user", "content": [{"type": "text", "text": "Hello"}]}], "temperature": 0}, None),
    ("stream_options without stream", {"messages": [USER], "stream_options": {"include_usage": True}}, "stream_options"),
    ("system only", {"messages": [SYSTEM]}, None),
    ("a greeting first", {"messages": [ANSWER, USER]}, None),
    ("null in history", {"messages": [USER, {"role": "assistant", "content": None}, USER]}, None),
    (
        "a chat page's own history",
        {"messages": [USER | {"id": "1", "created_at": 1796036849}, ANSWER | {"id": "2", "opts": {}, "cycle": 3}, USER]},
        "messages[].id, messages[].created_at, messages[].opts, messages[].cycle",
    ),
    (
        "vLLM's clients",
        {
            "messages": [USER, ANSWER],
            "add_generation_prompt": False,
            "continue_final_message": True,
            "chat_template_kwargs": {"enable_thinking": True},
        },
        "chat_template_kwargs.enable_thinking",
    ),
]


@pytest.mark.parametrize(("body", "named"), [pytest.param(body, named, id=client) for client, body, named in BODIES])
def test_a_conversation_is_answered(body: dict[str, Any], named: str | None, engine: FakeEngine, client: TestClient[Litestar]) -> None:
    response = client.post("/v1/chat/completions", json={"model": "gemma-3-demo"} | body)
    assert response.status_code == 200, response.text
    assert response.headers.get("x-candor-accepted") == named
    assert len(engine.generations) == 1
