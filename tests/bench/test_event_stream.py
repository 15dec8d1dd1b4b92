"""An HTTP answer's events, in whatever pieces their bytes come."""

import pytest

from bench.event_stream import Chunk, EventStream

HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
BEGINNING = b'data: {"id": "a", "choices": [{"index": 0, "delta": {"role": "assistant", "content": ""}, "finish_reason": null}]}\n\n'
TEXT = b'data: {"choices": [{"index": 0, "delta": {"content": "na\xc3\xafve"}}], "usage": null}\n\n'
USAGE = (
    b'data: {"choices": [], "usage": {"prompt_tokens": 9, "completion_tokens": 4, "prompt_tokens_details": {"cached_tokens": 8}}}\n\n'
    b"data: [DONE]\n\n"
)


def framed(event: bytes) -> bytes:
    """As HTTP's chunked encoding sends it."""
    return b"%x\r\n%b\r\n" % (len(event), event)


def chunks_of(pieces: list[bytes]) -> list[Chunk]:
    stream = EventStream()
    return [chunk for piece in pieces for chunk in stream.feed(piece)]


CHUNKED = HEAD + framed(BEGINNING) + framed(TEXT) + framed(USAGE) + b"0\r\n\r\n"
PLAIN = b"HTTP/1.0 200 OK\r\n\r\n: keepalive 1/2\n\n" + BEGINNING + TEXT + USAGE


@pytest.mark.parametrize("answer", [CHUNKED, PLAIN], ids=["chunked", "plain"])
@pytest.mark.parametrize("size", [1, 7, 100, 10_000])
def test_chunks_are_the_same_in_whatever_pieces_they_come(answer: bytes, size: int) -> None:
    chunks = chunks_of([answer[start : start + size] for start in range(0, len(answer), size)])
    assert [chunk.text for chunk in chunks] == ["", "naïve", ""]
    usage = chunks[-1].usage
    assert usage is not None and usage.prompt_tokens_details is not None
    assert (usage.prompt_tokens, usage.completion_tokens, usage.prompt_tokens_details.cached_tokens) == (9, 4, 8)


@pytest.mark.parametrize(("head", "is_ok"), [(HEAD, True), (b"HTTP/1.1 429 Too Many Requests\r\n\r\n", False), (b"HTTP/1.1 200", False)])
def test_only_a_whole_first_line_with_200_is_ok(head: bytes, is_ok: bool) -> None:
    stream = EventStream()
    stream.feed(head)
    assert stream.is_ok == is_ok


def test_an_error_within_the_stream_is_kept() -> None:
    (chunk,) = chunks_of([HEAD, b'data: {"error": {"message": "gone", "code": 500}}\n\n'])
    assert chunk.error == {"message": "gone", "code": 500}
