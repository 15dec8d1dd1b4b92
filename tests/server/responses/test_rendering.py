"""The bytes of a response."""

import itertools
import json
import time
from typing import Any

import msgspec
import pytest
from openai.types.responses import Response, ResponseStreamEvent
from pydantic import TypeAdapter

from server.answers.answer import Scored
from server.engine.protocol import FinishReason, Piece
from server.responses.body import ResponseHead
from server.responses.events import ResponseEvents
from server.responses.rendering import WholeResponse
from server.wire.error_body import ErrorBody, ErrorDetail
from tests.server.chat.test_rendering import FINISH, SAMPLING_TEXT, SCORES, make_head, spell
from tests.server.responses.asking import ask
from tests.server.responses.reading import list_types, read_events

STREAM_EVENT: TypeAdapter[Any] = TypeAdapter(ResponseStreamEvent)
MESSAGE = {
    "id": "msg_7_0",
    "type": "message",
    "status": "completed",
    "role": "assistant",
    "content": [{"type": "output_text", "text": "Hi there", "annotations": [], "logprobs": []}],
}
ERROR = ErrorBody(error=ErrorDetail(message="It broke.", type="server_error", code="internal_error"))


def make_response(limit: int | None = None, **fields: Any) -> ResponseHead:
    request = ask(**fields)
    answer = msgspec.structs.replace(make_head(), id="resp_7", request_metadata=request.metadata or {})
    return ResponseHead(answer=answer, request_id="7", max_output_tokens=limit, request=request)


def end(reason: FinishReason = "stop", stopped_by: str | None = None) -> Scored:
    return Scored(finish=msgspec.structs.replace(FINISH, reason=reason, stopped_by=stopped_by), scores=SCORES)


def render_whole(head: ResponseHead, scored: Scored) -> Any:
    renderer = WholeResponse(head, spell)
    pieces = b"".join(renderer.add(0, Piece(text=text, token_ids=(1,))) for text in ("Hi", "", " there"))
    assert pieces + renderer.end(0, scored) == b""
    return json.loads(renderer.close())


def render_stream(head: ResponseHead, scored: Scored, texts: tuple[str, ...] = ("Hi", "", " there")) -> list[Any]:
    renderer = ResponseEvents(head, spell)
    pieces = b"".join(renderer.add(0, Piece(text=text, token_ids=(1,))) for text in texts)
    return read_events(pieces + renderer.end(0, scored) + renderer.close())


def drop_clock(body: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in body.items() if key != "completed_at"}


def test_a_whole_response_has_openais_shape_and_the_scores() -> None:
    body = render_whole(make_response(), end())
    assert (body["id"], body["object"], body["created_at"], body["model"]) == ("resp_7", "response", 9, "gemma-3-demo")
    assert (body["status"], body["error"], body["incomplete_details"]) == ("completed", None, None)
    assert 0 <= time.time() - body["completed_at"] < 60
    assert body["output"] == [MESSAGE]
    assert body["usage"] == {
        "input_tokens": 5,
        "input_tokens_details": {"cached_tokens": 2, "cache_write_tokens": 0},
        "output_tokens": 3,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": 8,
    }
    assert (body["metadata"]["lek_score"], body["metadata"]["sampling"]) == ("-20", SAMPLING_TEXT)
    assert body["scores"] == json.loads(msgspec.json.encode(SCORES))


def test_the_sdks_own_model_takes_it_and_loses_nothing() -> None:
    body = render_whole(make_response(), end())
    response = Response.model_validate(body)
    assert response.output_text == "Hi there"
    assert response.model_dump(mode="json", exclude_unset=True) == body


def test_it_says_what_held_of_the_request() -> None:
    asked = {
        "instructions": "Be brief.",
        "max_tool_calls": 2,
        "parallel_tool_calls": False,
        "prompt_cache_key": "k",
        "safety_identifier": "s",
        "tool_choice": "none",
        "user": "u",
    }
    not_held = {"reasoning": {"effort": "high"}, "service_tier": "flex", "truncation": "auto", "text": {"verbosity": "low"}, "top_p": 0.5}
    body = render_whole(make_response(limit=50, **asked, **not_held, metadata={"run": "7", "lek_score": "99"}), end())
    assert {key: body[key] for key in asked} == asked
    assert body["max_output_tokens"] == 50
    assert (body["temperature"], body["top_p"]) == (0.7, 1.0)  # of the sampling, which is the engine's
    assert body["reasoning"] == {"effort": None, "summary": None}
    assert (body["service_tier"], body["truncation"], body["text"]) == ("default", "disabled", {"format": {"type": "text"}})
    assert (body["store"], body["background"], body["tools"], body["top_logprobs"]) == (False, False, [], 0)
    assert (body["metadata"]["run"], body["metadata"]["lek_score"]) == ("7", "-20")


@pytest.mark.parametrize("stopped_by", [None, "timeout"])
def test_one_that_is_cut_off_is_incomplete(stopped_by: str | None) -> None:
    body = render_whole(make_response(), end("length", stopped_by))
    assert (body["status"], body["incomplete_details"], body["completed_at"]) == ("incomplete", {"reason": "max_output_tokens"}, None)
    assert body["output"][0]["status"] == "incomplete"
    assert body["metadata"].get("stopped_by") == stopped_by


def test_one_that_the_guard_has_ended_is_completed() -> None:
    body = render_whole(make_response(), end("stop", "token_loop"))
    assert (body["status"], body["metadata"]["stopped_by"]) == ("completed", "token_loop")


def test_the_events_come_in_openais_order() -> None:
    events = render_stream(make_response(), end())
    assert list_types(events) == [
        "created",
        "in_progress",
        "output_item.added",
        "content_part.added",
        "output_text.delta",
        "output_text.done",
        "content_part.done",
        "output_item.done",
        "completed",
    ]
    assert [event["sequence_number"] for event in events] == list(range(len(events)))
    for event in events:
        validated = STREAM_EVENT.validate_python(event)
        assert validated.type == event["type"]


def test_the_events_say_what_the_whole_response_says() -> None:
    head = make_response(metadata={"run": "7"})
    created, in_progress, item, part, *deltas, text_done, part_done, item_done, completed = render_stream(head, end())
    assert created["response"] == in_progress["response"]
    begun = created["response"]
    assert (begun["status"], begun["output"], begun["usage"], begun["scores"]) == ("in_progress", [], None, None)
    assert begun["metadata"] == {"run": "7"}
    assert item["item"] == MESSAGE | {"status": "in_progress", "content": []}
    assert part["part"] == part_done["part"] | {"text": ""}
    assert [delta["delta"] for delta in deltas] == ["Hi", " there"]
    assert text_done["text"] == part_done["part"]["text"] == "Hi there"
    assert item_done["item"] == MESSAGE
    assert {event.get("item_id", "msg_7_0") for event in (part, *deltas, text_done, part_done)} == {"msg_7_0"}
    assert drop_clock(completed["response"]) == drop_clock(render_whole(head, end()))


def test_a_stream_that_is_cut_off_ends_incomplete() -> None:
    *_, item_done, last = render_stream(make_response(), end("length"))
    assert item_done["item"]["status"] == "incomplete"
    assert last["type"] == "response.incomplete"
    assert last["response"]["incomplete_details"] == {"reason": "max_output_tokens"}


@pytest.mark.parametrize("texts", [(), ("",)])
def test_an_answer_without_text_is_a_message_all_the_same(texts: tuple[str, ...]) -> None:
    events = render_stream(make_response(), end(), texts)
    assert "output_text.delta" not in list_types(events)
    assert events[-1]["response"]["output"][0]["content"][0]["text"] == ""
    assert [event["sequence_number"] for event in events] == list(range(8))


def test_a_failure_is_two_events_and_keeps_what_there_is() -> None:
    renderer = ResponseEvents(make_response(), spell)
    events = read_events(renderer.add(0, Piece(text="Hi", token_ids=(1,))) + renderer.fail(ERROR))
    error, failed = events[-2:]
    assert (error["type"], error["code"], error["message"], error["param"]) == ("error", "internal_error", "It broke.", None)
    assert error["error"] == {"message": "It broke.", "type": "server_error", "param": None, "code": "internal_error"}
    assert failed["type"] == "response.failed"
    response = failed["response"]
    assert (response["status"], response["error"]) == ("failed", {"code": "server_error", "message": "It broke."})
    assert (response["output"][0]["status"], response["output"][0]["content"][0]["text"]) == ("incomplete", "Hi")
    assert [event["sequence_number"] for event in events] == list(range(len(events)))
    assert Response.model_validate(response).error is not None
    for event in (error, failed):
        STREAM_EVENT.validate_python(event)


def test_a_failure_before_the_first_event_opens_the_response_first() -> None:
    events = read_events(ResponseEvents(make_response(), spell).fail(ERROR))
    assert list_types(events) == ["created", "in_progress", "error", "failed"]
    assert events[-1]["response"]["output"] == []


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ErrorDetail(message="m", type="rate_limit_error", code="rate_limit_exceeded"), "rate_limit_exceeded"),
        (ErrorDetail(message="m", type="invalid_request_error", code="context_length_exceeded"), "invalid_prompt"),
        (ErrorDetail(message="m", type="server_error", code=None), "server_error"),
    ],
)
def test_a_failed_response_has_one_of_openais_codes(error: ErrorDetail, code: str) -> None:
    *_, event, failed = read_events(ResponseEvents(make_response(), spell).fail(ErrorBody(error=error)))
    assert failed["response"]["error"]["code"] == code
    assert event["code"] == event["error"]["code"] == (error.code or "server_error")


def test_a_whole_response_that_fails_is_another_reply() -> None:
    assert WholeResponse(make_response(), spell).fail(ERROR) == b""


@pytest.mark.parametrize("text", ['"', "\\", "\n\n", "\x00", "é😀", "\u2028", "0", "data: [DONE]", "event: error"])
def test_any_text_survives_an_event(text: str) -> None:
    renderer = ResponseEvents(make_response(), spell)
    stream = renderer.add(0, Piece(text=text, token_ids=(1,))) + renderer.add(0, Piece(text=text, token_ids=(1,)))
    *_, first, second = read_events(stream)
    assert (first["delta"], second["delta"]) == (text, text)
    assert (first["sequence_number"], second["sequence_number"]) == (4, 5)


def test_numbers_of_more_than_one_digit() -> None:
    events = render_stream(make_response(), end(), ("a",) * 120)
    assert [event["sequence_number"] for event in events] == list(itertools.islice(itertools.count(), len(events)))
    assert len(events) == 128
