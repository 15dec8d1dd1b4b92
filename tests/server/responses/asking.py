"""The smallest good request for a response, read as the server reads it."""

from typing import Any

import msgspec
import pytest

from server.engine.protocol import Generation
from server.errors import InvalidRequest
from server.responses.endpoint import ResponsesEndpoint
from server.responses.field_check import list_accepted_fields
from server.responses.translation import translate_request
from server.wire.responses_request import ResponsesRequest
from tests.server.fake_engine import BASE


def ask(**fields: Any) -> ResponsesRequest:
    return ResponsesEndpoint.decoder.decode(msgspec.json.encode({"model": BASE.id, "input": "Hello"} | fields))


def translate(**fields: Any) -> Generation:
    return translate_request(ask(**fields), id="resp_1", served=BASE, max_completion_tokens=100)


def refuse(**fields: Any) -> InvalidRequest:
    with pytest.raises(InvalidRequest) as raised:
        translate(**fields)
    return raised.value


def accept(**fields: Any) -> tuple[str, ...]:
    translate(**fields)
    return list_accepted_fields(ask(**fields))


def say(generation: Generation) -> str:
    """Spell a conversation: u:Hello a:Hi."""
    return " ".join(f"{message.role[0]}:{message.content}".replace("\n\n", "|") for message in generation.messages)
