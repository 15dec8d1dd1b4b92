"""Streams, put together."""

import json
from typing import Any

import pytest

from clients.asking.completion import UnreadableCompletion, read_completion
from clients.asking.stream import BrokenStream, is_stream, join_stream


def body(*chunks: Any, end: str = "data: [DONE]\n\n") -> bytes:
    return ("".join(f"data: {json.dumps(chunk, ensure_ascii=False)}\n\n" for chunk in chunks) + end).encode()


def delta(finish_reason: str | None = None, index: int = 0, **said: Any) -> dict[str, Any]:
    return {"model": "m", "choices": [{"index": index, "delta": said, "finish_reason": finish_reason}]}


def test_pieces_are_joined_with_what_stands_beside_them() -> None:
    chunks = (
        delta(role="assistant", content="", reasoning_content="Hm"),
        delta(reasoning_content=", well."),
        delta(role="assistant", content="Yes\u2028and"),
        delta(content=" no.", refusal=None),
        delta("length"),
        {"model": "m", "choices": [], "usage": {"completion_tokens": 4}, "system_fingerprint": "fp"},
    )
    message = {"role": "assistant", "content": "Yes\u2028and no.", "reasoning_content": "Hm, well.", "refusal": None}
    assert join_stream(body(*chunks)) == {
        "model": "m",
        "usage": {"completion_tokens": 4},
        "system_fingerprint": "fp",
        "choices": [{"index": 0, "finish_reason": "length", "message": message}],
    }


def test_lists_of_blocks_are_joined_and_other_choices_are_not() -> None:
    joined = join_stream(body(delta(content=[{"text": "a"}]), delta(content=[{"text": "b"}]), delta(index=1, content="other")))
    assert joined["choices"][0]["message"]["content"] == [{"text": "a"}, {"text": "b"}]


@pytest.mark.parametrize(
    ("contents", "text", "reasoning"),
    [
        (["Fo", [{"type": "text", "text": "ur."}]], "Four.", None),
        ([[{"type": "thinking", "thinking": "Hm."}], "Fo", "ur."], "Four.", "Hm."),
        ([[{"type": "thinking", "thinking": "Hm."}], "", [{"type": "text", "text": "Four."}]], "Four.", "Hm."),
    ],
)
def test_text_and_blocks_by_turns_lose_nothing(contents: list[Any], text: str, reasoning: str | None) -> None:
    completion = read_completion(join_stream(body(*(delta(content=content) for content in contents))))
    assert (completion.text, completion.reasoning) == (text, reasoning)


def test_stream_without_any_message_is_no_empty_answer() -> None:
    joined = join_stream(body({"choices": [{"index": 0, "text": "Four.", "finish_reason": "stop"}]}))
    with pytest.raises(UnreadableCompletion, match="got null"):
        read_completion(joined)


def test_whole_completion_as_the_one_chunk_is_read() -> None:
    whole = {"choices": [{"index": 0, "message": {"content": "Hi"}, "finish_reason": "stop"}]}
    assert join_stream(body(whole, end=""))["choices"] == [{"index": 0, "message": {"content": "Hi"}, "finish_reason": "stop"}]


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_comments_events_and_line_ends_of_every_kind_are_read(line_end: str) -> None:
    text = f": working\n\nevent: message\nid: 3\ndata:{json.dumps(delta(content='Hi'))}\n\ndata: [DONE]".replace("\n", line_end)
    assert join_stream(b"\xef\xbb\xbf" + text.encode())["choices"][0]["message"]["content"] == "Hi"


@pytest.mark.parametrize("end", ["", "data: {"])
def test_stream_without_its_end_is_broken(end: str) -> None:
    with pytest.raises(BrokenStream, match=r"no finish reason|no JSON"):
        join_stream(body(delta(content="Half a"), end=end))


def test_stream_that_finishes_without_done_is_whole() -> None:
    assert join_stream(body(delta(content="Hi"), delta("stop"), end=""))["choices"][0]["message"]["content"] == "Hi"


@pytest.mark.parametrize(
    "event",
    [
        'data: {"error": {"message": "out of memory"}}\n\n',
        'event: error\ndata: {"message": "out of memory"}\n\n',
        'event: error\ndata: {"error": {"message": "out of memory"}}\n\n',
    ],
)
def test_error_in_a_stream_is_kept(event: str) -> None:
    joined = join_stream(body(delta(content="Half a"), end=event))
    assert joined["error"] == {"message": "out of memory"}


@pytest.mark.parametrize("junk", [b"data: 3\n\n", b"data: <html>\n\n", b"data: \xff\n\n"])
def test_junk_is_broken(junk: bytes) -> None:
    with pytest.raises(BrokenStream):
        join_stream(junk)


def test_stream_is_told_by_its_type_or_its_beginning() -> None:
    assert is_stream("text/event-stream; charset=utf-8", b"")
    assert is_stream("application/json", b"\n: OPENROUTER PROCESSING\n\ndata: {}")
    assert not is_stream("application/json", b' {"choices": []}')
