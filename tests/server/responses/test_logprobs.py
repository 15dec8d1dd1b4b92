"""Log-probabilities in a response."""

from collections.abc import AsyncGenerator
from typing import Any

import pytest
from litestar.testing import TestClient
from openai.types.responses import Response, ResponseStreamEvent
from pydantic import TypeAdapter

from server.app import create_app
from server.engine.protocol import Event, Generation, Piece, TokenLogprobs
from server.settings.settings import Settings
from tests.server.fake_engine import FakeEngine
from tests.server.responses.asking import refuse, translate
from tests.server.responses.reading import read_events

URL = "/v1/responses"
STREAM_EVENT: TypeAdapter[Any] = TypeAdapter(ResponseStreamEvent)
INCLUDE = ["message.output_text.logprobs"]
ASKED: dict[str, Any] = {"model": "gemma-3-demo", "input": "Hello", "include": INCLUDE, "top_logprobs": 1}
TOOLS = [{"type": "function", "name": "f", "parameters": {"type": "object", "properties": {"a": {"type": "integer"}}}}]


class TellingEngine(FakeEngine):
    """Tells of the token of each piece, whose id is its place, where that is asked for."""

    async def generate(self, generation: Generation) -> AsyncGenerator[Event]:
        async for event in super().generate(generation):
            if isinstance(event, Piece) and generation.num_top_logprobs is not None:
                (place,) = event.token_ids
                top = ((104, -0.5),)[: generation.num_top_logprobs]
                yield Piece(text=event.text, token_ids=(104,), logprobs=(TokenLogprobs(logprob=-1.0 - place, top=top),))
            else:
                yield event


def ask(pieces: tuple[str, ...], **fields: object) -> tuple[Any, list[Any]]:
    with TestClient(create_app(TellingEngine(pieces), Settings())) as client:
        whole = client.post(URL, json=ASKED | fields).json()
        events = read_events(client.post(URL, json=ASKED | fields | {"stream": True}).content)
    for event in events:
        STREAM_EVENT.validate_python(event)
    Response.model_validate(whole)
    return whole, events


def places(logprobs: list[Any]) -> list[int]:
    """Give the places of the tokens that are told of."""
    return [int(-1 - entry["logprob"]) for entry in logprobs]


def test_the_text_has_one_entry_a_token() -> None:
    whole, events = ask(("Hello", "", "."))
    (part,) = whole["output"][0]["content"]
    top = {"token": "h", "logprob": -0.5, "bytes": [104]}
    assert part["logprobs"][0] == {"token": "h", "logprob": -1.0, "bytes": [104], "top_logprobs": [top]}
    assert (part["text"], places(part["logprobs"])) == ("Hello.", [0, 1, 2])
    deltas = [event for event in events if event["type"] == "response.output_text.delta"]
    assert [(delta["delta"], places(delta["logprobs"])) for delta in deltas] == [("Hello", [0]), ("", [1]), (".", [2])]
    done = {event["type"]: event for event in events}
    assert done["response.output_text.done"]["logprobs"] == done["response.content_part.done"]["part"]["logprobs"] == part["logprobs"]
    assert events[-1]["response"]["output"][0]["content"] == whole["output"][0]["content"]
    assert whole["top_logprobs"] == 1


def test_without_them_there_are_none() -> None:
    whole, events = ask(("Hello", "."), include=None, top_logprobs=None)
    assert whole["output"][0]["content"][0]["logprobs"] == []
    assert all(event["logprobs"] == [] for event in events if event["type"] == "response.output_text.delta")
    assert whole["top_logprobs"] == 0


def test_a_text_that_is_held_back_brings_those_of_all_its_tokens() -> None:
    whole, events = ask(("Hello", "\n", "{", "you}", "\n"), tools=TOOLS)
    (part,) = whole["output"][0]["content"]
    assert (part["text"], places(part["logprobs"])) == ("Hello\n{you}\n", [0, 1, 2, 3, 4])
    deltas = [event for event in events if event["type"] == "response.output_text.delta"]
    assert [place for delta in deltas for place in places(delta["logprobs"])] == [0, 1, 2, 3, 4]


def test_those_of_calls_have_no_place() -> None:
    whole, events = ask(("Look.", "\n", '{"name": "f", "par', 'ameters": {"a": ', "1}", "}", "\n", "Done"), tools=TOOLS)
    before, call, behind = whole["output"]
    assert (places(before["content"][0]["logprobs"]), call["type"]) == ([0], "function_call")
    # What closes a call is not told from what is said behind it.
    assert (behind["content"][0]["text"], places(behind["content"][0]["logprobs"])) == ("\nDone", [5, 6, 7])
    assert events[-1]["response"]["output"][0]["content"] == before["content"]


def test_an_answer_that_only_calls_has_no_message_for_them() -> None:
    whole, events = ask(('{"name": "f", "par', 'ameters": {"a": 1}', "}", "\n"), tools=TOOLS)
    assert [item["type"] for item in whole["output"]] == ["function_call"]
    assert [item["type"] for item in events[-1]["response"]["output"]] == ["function_call"]


@pytest.mark.parametrize(
    ("fields", "num_top"),
    [
        ({}, None),
        ({"include": []}, None),
        ({"include": ["reasoning.encrypted_content"], "top_logprobs": 0}, None),
        ({"include": INCLUDE}, 0),
        ({"include": INCLUDE, "top_logprobs": None}, 0),
        ({"include": ["reasoning.encrypted_content", *INCLUDE], "top_logprobs": 20}, 20),
        ({"include": INCLUDE, "top_logprobs": 5.0}, 5),
    ],
)
def test_as_many_likeliest_are_asked_for_as_the_request_says(fields: dict[str, Any], num_top: int | None) -> None:
    assert translate(**fields).num_top_logprobs == num_top


def test_likeliest_tokens_without_log_probabilities_are_refused() -> None:
    assert refuse(top_logprobs=3).param == "top_logprobs"
    assert refuse(top_logprobs=3, include=["reasoning.encrypted_content"]).param == "top_logprobs"
    assert refuse(top_logprobs=1.5, include=INCLUDE).param == "top_logprobs"
