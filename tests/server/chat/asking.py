"""Requests to a chat, made of the fields that a test is about, and what becomes of them."""

from typing import Any

import msgspec
import pytest

from server.chat.translation import translate_chat
from server.engine.protocol import Generation
from server.errors import InvalidRequest
from server.wire.chat_request import ChatRequest
from tests.server.fake_engine import BASE

USER = {"role": "user", "content": "Hello"}


def ask(**fields: Any) -> ChatRequest:
    return msgspec.convert({"model": BASE.id, "messages": [USER]} | fields, ChatRequest)


def translate(**fields: Any) -> Generation:
    return translate_chat(ask(**fields), id="chatcmpl-1", served=BASE, max_completion_tokens=100)


def refuse(**fields: Any) -> InvalidRequest:
    with pytest.raises(InvalidRequest) as raised:
        translate(**fields)
    return raised.value
