"""Completions as endpoints send them: what is an answer, and what is an error dressed as one."""

from typing import Any

import msgspec
import pytest

from clients.asking.completion import UnreadableCompletion, read_body, read_completion, withheld_completion
from clients.asking.finish_reasons import read_finish_reason


def body(content: Any = "Four.", *, finish_reason: Any = "stop", choice: dict[str, Any] | None = None, **message: Any) -> dict[str, Any]:
    return {"choices": [{"message": {"content": content} | message, "finish_reason": finish_reason} | (choice or {})]}


@pytest.mark.parametrize(
    ("sent", "text", "reasoning"),
    [
        (body([{"type": "text", "text": "Fo"}, {"type": "text", "text": "ur."}]), "Four.", None),
        (body(["Fo", "ur."]), "Four.", None),
        (body({"type": "text", "text": "Four."}), "Four.", None),
        (body([{"type": "text", "text": {"value": "Four."}}]), "Four.", None),
        (body([{"type": "thinking", "thinking": "Two and two"}, {"type": "text", "text": "Four."}]), "Four.", "Two and two"),
        (body([{"type": "thinking", "thinking": [{"type": "text", "text": "Hm."}]}, {"type": "text", "text": "Four."}]), "Four.", "Hm."),
        (body([{"type": "redacted_thinking", "data": "xyz"}, {"type": "text", "text": "Four."}]), "Four.", None),
        (body(reasoning_content="Two and two"), "Four.", "Two and two"),
        (body(reasoning="Hm.", reasoning_details=[{"type": "reasoning.text", "text": "Hm."}]), "Four.", "Hm."),
        (body(reasoning={"content": "Hm."}), "Four.", "Hm."),
        (body(reasoning_details=[{"type": "reasoning.summary", "summary": "Hm."}]), "Four.", "Hm."),
        (body(None, reasoning_content="Hm.", finish_reason="length"), "", "Hm."),
        (body(None) | {"usage": {"completion_tokens": 0}}, "", None),
        (body([]), "", None),
        (body(None, refusal="No."), "No.", None),
        (body([{"type": "refusal", "refusal": "No."}]), "No.", None),
    ],
)
def test_answer_and_reasoning_are_read_apart(sent: dict[str, Any], text: str, reasoning: str | None) -> None:
    completion = read_completion(sent)
    assert (completion.text, completion.reasoning) == (text, reasoning)


@pytest.mark.parametrize(
    ("sent", "words", "partial"),
    [
        (body("", finish_reason="error", choice={"error": {"message": "Provider died", "code": 502}}), "Provider died", ""),
        (body("The answer is f", finish_reason="error"), "finish reason error", "The answer is f"),
        (body(None, finish_reason="abort"), "finish reason abort", ""),
        (body(None), "a message without content", ""),
        (body("The", finish_reason={"type": "abort", "message": "out of memory"}), "out of memory", "The"),
        (body("The", finish_reason="stop") | {"error": {"message": "lost"}}, "an error: lost", "The"),
        ({"choices": None, "error": {"message": "Provider overloaded"}}, "an error: Provider overloaded", ""),
        ({"choices": [], "error": "no such row"}, "an error: no such row", ""),
        ({"object": "error", "message": "Model is loading", "type": "x"}, "an error: Model is loading", ""),
        ({"detail": "no such model"}, "an error: no such model", ""),
        ({"error": {"error": {"message": "inner"}}}, "an error: inner", ""),
        ({"choices": [], "usage": {}}, "no choice", ""),
        ({"choices": [None]}, "a list of objects", ""),
        ({"choices": {"message": {}}}, "a list of objects", ""),
        ({"choices": [{"message": None, "finish_reason": "stop"}]}, r"object in choices\[0\].message, got null", ""),
        ({"choices": [{"message": None, "finish_reason": "error", "error": {"message": "died"}}]}, "died", ""),
        (body([{"type": "image_url", "image_url": {}}]), "of type 'image_url'", ""),
        (body(3), r"choices\[0\].message.content: expected text .*a number", ""),
        ({"error_code": 18, "error_msg": "qps limit reached"}, "no choice .*qps limit reached", ""),
        ({"id": "x" * 200, "choices": None, "base_resp": {"status_msg": "insufficient balance"}}, "no choice .*insufficient balance", ""),
        ([1], "expected an object", ""),
        (body(None, tool_calls=[{"function": {"name": "search"}}], finish_reason="tool_calls"), "a call of a function", ""),
        (body(None, function_call={"name": "search"}, finish_reason="function_call"), "a call of a function", ""),
        ({"message": {"role": "assistant", "content": "Four."}, "done": True}, "no choice", ""),
    ],
)
def test_what_is_no_answer_is_an_error_in_the_endpoints_words(sent: Any, words: str, partial: str) -> None:
    with pytest.raises(UnreadableCompletion, match=words) as caught:
        read_completion(sent)
    assert caught.value.partial == partial


@pytest.mark.parametrize(
    ("sent", "text", "refusal"),
    [
        (body(None, finish_reason="content_filter"), "", None),
        (body("The first step is", finish_reason="SAFETY"), "The first step is", None),
        ({"choices": [{"message": None, "finish_reason": "content_filter"}]}, "", None),
        ({"error": {"code": "content_filter", "message": "Policy."}}, "", "Policy."),
        (body(None, finish_reason="error", choice={"error": {"code": "content_filter", "message": "Policy."}}), "", "Policy."),
    ],
)
def test_what_a_filter_withholds_is_no_error(sent: dict[str, Any], text: str, refusal: str | None) -> None:
    completion = read_completion(sent)
    assert (completion.text, completion.refusal, completion.finish_reason) == (text, refusal, "content_filter")


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ({"code": "content_filter", "message": "The response was filtered", "innererror": {}}, "The response was filtered"),
        ({"code": "x", "message": "Filtered", "innererror": {"code": "ResponsibleAIPolicyViolation"}}, "Filtered"),
        ({"message": "Content Exists Risk", "type": "invalid_request_error"}, "Content Exists Risk"),
        ({"error": {"code": "data_inspection_failed", "message": "unsafe"}}, "unsafe"),
        ({"code": 403, "message": "moderated", "metadata": {"reasons": ["violence"], "flagged_input": "…"}}, "moderated"),
        ({"code": "context_length_exceeded", "message": "too long"}, None),
        ("busy", None),
        (None, None),
    ],
)
def test_errors_that_are_a_filters_are_told_from_others(error: Any, words: str | None) -> None:
    completion = withheld_completion(error)
    assert (completion and completion.refusal) == words


@pytest.mark.parametrize(
    ("word", "usual"),
    [
        *(
            (word, "length")
            for word in ("MAX_TOKENS", "max_tokens", "max_output_tokens", "token_limit", "FINISH_REASON_MAX_TOKENS", "maxTokens")
        ),
        *((word, "stop") for word in ("end_turn", "STOP", "eos", "stop_sequence", "COMPLETE", "eos_token")),
        *((word, "content_filter") for word in ("SAFETY", "content-filter", "guardrail_intervened")),
        *((word, "error") for word in ("error", "ABORT", "cancelled", "insufficient_system_resource")),
        ("content_filter: SAFETY", "content_filter"),
        ("length: MAX_TOKENS", "length"),
        ("odd: SAFETY", "odd: SAFETY"),
        ("tool_calls", "tool_calls"),
        ("OTHER", "OTHER"),
        ("red\n\x1b[31m" + "x" * 100, "red [31m" + "x" * 52),
        ({"type": "length", "length": 64}, "length"),
        (None, None),
        (3, None),
        ("", None),
    ],
)
def test_finish_reasons_are_said_in_one_word_where_there_is_one(word: Any, usual: str | None) -> None:
    assert read_finish_reason(word) == usual


def test_what_is_told_beside_the_answer_is_kept_where_it_makes_sense() -> None:
    usage = {"prompt_tokens": 3, "completion_tokens": -1, "completion_tokens_details": {"reasoning_tokens": 5}}
    completion = read_completion(body() | {"model": "m", "usage": usage, "system_fingerprint": 3, "metadata": {"a": "b", "c": 1}})
    assert (completion.model, completion.num_prompt_tokens, completion.num_completion_tokens) == ("m", 3, None)
    assert (completion.num_reasoning_tokens, completion.system_fingerprint, completion.metadata) == (5, None, {"a": "b"})


@pytest.mark.parametrize("sent", [b"{garbage", b"", b"\xff\xfe", b"[" * 100_000, rb'{"a": "\ud83d"}'])
def test_body_that_is_no_json_is_no_completion(sent: bytes) -> None:
    with pytest.raises(UnreadableCompletion, match="no chat completion"):
        read_body(sent, "application/json")


def test_stream_has_its_reasoning_apart_too() -> None:
    deltas = [{"reasoning_content": "Two "}, {"reasoning_content": "and two."}, {"content": "Fo"}, {"content": "ur."}]
    chunks = [{"model": "m", "choices": [{"index": 0, "delta": delta}]} for delta in deltas]
    sent = b"".join(b"data: " + msgspec.json.encode(chunk) + b"\n\n" for chunk in chunks) + b"data: [DONE]\n\n"
    completion = read_completion(read_body(sent, "text/event-stream"))
    assert (completion.text, completion.reasoning, completion.model) == ("Four.", "Two and two.", "m")


@pytest.mark.parametrize(
    ("usage", "num_unseen"),
    [
        ({"prompt_tokens": 9, "completion_tokens": 0, "total_tokens": 1033}, 1024),
        ({"prompt_tokens": 9, "total_tokens": 1033}, 1024),
        ({"prompt_tokens": 9, "completion_tokens": 1024, "total_tokens": 1033, "reasoning_tokens": 1000}, 1000),
        ({"prompt_tokens": 9, "completion_tokens": 1024, "total_tokens": 1033}, None),
        ({"prompt_tokens": 9, "completion_tokens": 30, "total_tokens": 9}, None),
        ({"prompt_tokens": 9, "completion_tokens": 3, "total_tokens": 12, "completion_tokens_details": {"reasoning_tokens": 0}}, 0),
        (None, None),
    ],
)
def test_reasoning_that_nobody_sees_is_counted(usage: Any, num_unseen: int | None) -> None:
    assert read_completion(body("") | {"usage": usage}).num_reasoning_tokens == num_unseen


def test_page_in_place_of_a_completion_says_what_it_is() -> None:
    with pytest.raises(UnreadableCompletion, match=r"it says Sign in \(a page of HTML\)"):
        read_body(b"<!doctype html><html><head><title>Sign in</title></head><body>Log in here</body></html>", "text/html")


def test_mark_of_byte_order_is_no_part_of_the_body() -> None:
    assert read_completion(read_body(b"\xef\xbb\xbf" + msgspec.json.encode(body()), "")).text == "Four."


def test_body_is_read_as_it_was_sent() -> None:
    assert read_completion(read_body(msgspec.json.encode(body()), "")).text == "Four."
