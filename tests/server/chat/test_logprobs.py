"""Log-probabilities in a chat's answer."""

from collections.abc import AsyncGenerator
from math import inf
from typing import Any

import pytest
from litestar.testing import TestClient

from server.app import create_app
from server.engine.protocol import Event, Generation, Piece, TokenLogprobs
from server.settings.settings import Settings
from tests.server.chat.asking import refuse, translate
from tests.server.chat.test_rendering import parse_events
from tests.server.fake_engine import FakeEngine

URL = "/v1/chat/completions"


class TellingEngine(FakeEngine):
    """Tells log-probabilities where they are asked for; the second piece has no text yet."""

    async def generate(self, generation: Generation) -> AsyncGenerator[Event]:
        async for event in super().generate(generation):
            if isinstance(event, Piece) and generation.num_top_logprobs is not None:
                top = ((104, -0.5), (105, -inf))[: generation.num_top_logprobs]
                text = "" if event.text == " there" else event.text
                yield Piece(text=text, token_ids=(104,), logprobs=(TokenLogprobs(logprob=-0.5, top=top),))
            else:
                yield event


ENTRY = {"token": "h", "logprob": -0.5, "bytes": [104], "top_logprobs": [{"token": "h", "logprob": -0.5, "bytes": [104]}]}


def test_a_whole_answer_has_one_entry_a_token(chat: dict[str, Any]) -> None:
    with TestClient(create_app(TellingEngine(), Settings())) as client:
        (choice,) = client.post(URL, json=chat | {"logprobs": True, "top_logprobs": 1}).json()["choices"]
        (plain,) = client.post(URL, json=chat).json()["choices"]
    assert choice["logprobs"] == {"content": [ENTRY] * 3, "refusal": None}
    assert plain["logprobs"] is None


def test_a_stream_loses_none_of_them(chat: dict[str, Any]) -> None:
    with TestClient(create_app(TellingEngine(), Settings())) as client:
        fields = {"logprobs": True, "top_logprobs": 1, "stream": True}
        *chunks, _done = parse_events(client.post(URL, json=chat | fields).content)
    told = [chunk["choices"][0]["logprobs"] for chunk in chunks]
    assert [entry for one in told if one for entry in one["content"]] == [ENTRY] * 3
    assert "".join(chunk["choices"][0]["delta"].get("content") or "" for chunk in chunks) == "Hello."


def test_what_json_cannot_hold_is_written_as_openai_does(chat: dict[str, Any]) -> None:
    with TestClient(create_app(TellingEngine(), Settings())) as client:
        (choice,) = client.post(URL, json=chat | {"logprobs": True, "top_logprobs": 2}).json()["choices"]
    assert [top["logprob"] for top in choice["logprobs"]["content"][0]["top_logprobs"]] == [-0.5, -9999.0]


@pytest.mark.parametrize(
    ("fields", "num_top"),
    [
        ({}, None),
        ({"logprobs": False}, None),
        ({"logprobs": False, "top_logprobs": 0}, None),
        ({"logprobs": True}, 0),
        ({"logprobs": True, "top_logprobs": None}, 0),
        ({"logprobs": True, "top_logprobs": 20}, 20),
        ({"logprobs": True, "top_logprobs": 5.0}, 5),
    ],
)
def test_as_many_likeliest_are_asked_for_as_the_request_says(fields: dict[str, Any], num_top: int | None) -> None:
    assert translate(**fields).num_top_logprobs == num_top


def test_likeliest_tokens_without_log_probabilities_are_refused() -> None:
    assert refuse(top_logprobs=3).param == "top_logprobs"
    assert refuse(top_logprobs=1.5, logprobs=True).param == "top_logprobs"
