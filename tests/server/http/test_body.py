"""Bodies that arrive too slowly or too large, bodies that cannot be decoded, and the field each refusal names."""

import asyncio
import json
import re
import time
from typing import Any

import msgspec
import pytest

from server.errors import BodyTimedOut, BodyTooLarge, ClientDisconnected, InvalidRequest
from server.http.body import MAX_VALUES, decode_body, read_body
from server.wire.chat_request import ChatRequest

DECODER = msgspec.json.Decoder(ChatRequest)
JSON = ((b"content-type", b"application/json; charset=utf-8"),)
GOOD: dict[str, Any] = {"model": "m", "messages": [{"role": "user", "content": "Hello"}]}


def refuse(body: bytes, headers: tuple[tuple[bytes, bytes], ...] = JSON) -> InvalidRequest:
    with pytest.raises(InvalidRequest) as raised:
        decode_body(body, headers, DECODER)
    assert "$" not in str(raised.value)
    assert "`" not in str(raised.value)
    return raised.value


class Sender:
    """A `receive` that gives the chunks it was made with and counts those that were taken."""

    def __init__(self, *chunks: bytes, ends: bool = True) -> None:
        self.messages: list[dict[str, Any]] = [{"type": "http.request", "body": chunk, "more_body": True} for chunk in chunks]
        if ends:
            self.messages[-1]["more_body"] = False
        self.num_taken = 0

    async def __call__(self) -> Any:
        if self.num_taken == len(self.messages):
            await asyncio.Event().wait()
        self.num_taken += 1
        return self.messages[self.num_taken - 1]


def read(sender: Sender, *, length: bytes | None = None, max_bytes: int = 10, timeout_s: float = 5) -> bytes:
    headers = () if length is None else ((b"content-length", length),)
    return asyncio.run(read_body(headers, sender, max_bytes=max_bytes, timeout_s=timeout_s))


def test_chunks_are_joined() -> None:
    assert read(Sender(b"01234", b"", b"56789")) == b"0123456789"


def test_a_declared_length_over_the_limit_is_refused_unread() -> None:
    sender = Sender(b"x" * 11)
    with pytest.raises(BodyTooLarge):
        read(sender, length=b"11")
    assert sender.num_taken == 0


def test_chunks_over_the_limit_are_refused_at_the_first_too_many() -> None:
    sender = Sender(b"x" * 6, b"x" * 6, b"x" * 6)
    with pytest.raises(BodyTooLarge):
        read(sender)
    assert sender.num_taken == 2


def test_a_body_that_does_not_come_is_timed_out() -> None:
    with pytest.raises(BodyTimedOut):
        read(Sender(b"x", ends=False), timeout_s=0.01)


def test_a_client_that_goes_away_in_its_body_is_noticed() -> None:
    sender = Sender(b"x", ends=False)
    sender.messages.append({"type": "http.disconnect"})
    with pytest.raises(ClientDisconnected):
        read(sender)


@pytest.mark.parametrize("content", [r"\ud83d", r"\ude00", r"a \uD83D b", r"\ud83d\ud83d\ude00"])
def test_half_of_a_character_is_called_so(content: str) -> None:
    body = json.dumps(GOOD).replace("Hello", content).encode()
    assert re.search(r"not valid JSON: \\ud[8e][\w]{2} is half of a character", str(refuse(body)))


def test_a_whole_character_is_not_blamed_for_another_fault() -> None:
    body = json.dumps(GOOD).replace("Hello", r"\\ud83d").encode()[:-1] + b",}"
    assert "half of" not in str(refuse(body))


def test_a_good_body_is_decoded() -> None:
    request = decode_body(json.dumps(GOOD | {"temperature": 1, "seed": -(2**63)}).encode(), JSON, DECODER)
    assert (request.temperature, request.seed) == (1.0, -(2**63))


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"zz": 1}, "zz"),
        ({"temperature": "hot"}, "temperature"),
        ({"temperature": True}, "temperature"),
        ({"temperature": 2.1}, "temperature"),
        ({"temperature": -0.1}, "temperature"),
        ({"temperature": 2**70}, "temperature"),
        ({"top_p": -0.1}, "top_p"),
        ({"top_p": 1.5}, "top_p"),
        ({"top_k": -2}, "top_k"),
        ({"min_p": 2}, "min_p"),
        ({"seed": 2**63}, "seed"),
        ({"seed": 2**70}, "seed"),
        ({"seed": 1e18}, "seed"),
        ({"seed": False}, "seed"),
        ({"max_tokens": -2}, "max_tokens"),
        ({"max_tokens": "5"}, "max_tokens"),
        ({"max_tokens": True}, "max_tokens"),
        ({"max_tokens": 1e300}, "max_tokens"),
        ({"max_tokens": 2**70}, "max_tokens"),
        ({"max_completion_tokens": -2.0}, "max_completion_tokens"),
        ({"stop": ""}, "stop"),
        ({"stop": ["a", ""]}, "stop[1]"),
        ({"stop": ["a"] * 65}, "stop"),
        ({"stop": 5}, "stop"),
        ({"presence_penalty": 3}, "presence_penalty"),
        ({"frequency_penalty": -3}, "frequency_penalty"),
        ({"repetition_penalty": 0}, "repetition_penalty"),
        ({"repetition_penalty": 1e-30}, "repetition_penalty"),
        ({"repetition_penalty": 1e30}, "repetition_penalty"),
        ({"stream": "yes"}, "stream"),
        ({"stream_options": {"nope": 1}}, "stream_options.nope"),
        ({"metadata": {"k" * 65: "v"}}, "metadata"),
        ({"metadata": {"k": "v" * 513}}, "metadata"),
        ({"metadata": {"k": 1}}, "metadata"),
        ({"metadata": {str(i): "" for i in range(17)}}, "metadata"),
        ({"messages": []}, "messages"),
        ({"messages": {}}, "messages"),
        ({"messages": [{"role": "robot", "content": ""}]}, "messages[0].role"),
        ({"messages": [{"content": ""}]}, "messages[0].role"),
        ({"messages": [{"role": "user", "content": 5}]}, "messages[0].content"),
        ({"messages": [{"role": "user", "content": [{"text": "a"}]}]}, "messages[0].content[0].type"),
        ({"messages": [{"role": "user", "content": "a", "weight": 1}]}, "messages[0].weight"),
        ({"model": None}, "model"),
    ],
)
def test_a_wrong_field_is_named(fields: dict[str, Any], param: str) -> None:
    error = refuse(json.dumps(GOOD | fields).encode())
    assert error.param == param
    assert param in str(error)


@pytest.mark.parametrize("missing", ["model", "messages"])
def test_a_missing_field_is_named(missing: str) -> None:
    error = refuse(json.dumps({name: value for name, value in GOOD.items() if name != missing}).encode())
    assert error.param == missing


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b'"text"',
        b"null",
        b"{",
        b"{} {}",
        b'{"temperature": NaN}',
        b'{"temperature": Infinity}',
        b'{"model": "\xff"}',
        b'{"\xff": 1}',
        b'\xef\xbb\xbf{"model": "m"}',
        b'{"model": "\\ud800 and on"}',
        b'{"model": "\\udc00 and on"}',
        b'{"temperature": ' + b"1" * 5000 + b"}",
        b'{"user": ' + b"1" * 5000 + b"}",
        b'{"tools": ' + b"1" * 5000 + b"}",
        b'{"tools": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b"[" * 100_000,
    ],
    ids=lambda body: repr(body[:24]),
)
def test_a_body_that_is_no_json_object_is_refused(body: bytes) -> None:
    refuse(body)


@pytest.mark.parametrize(
    ("body", "name"),
    [
        (b'{"model": "m", "messages": [{"role": "user", "content": "a"}], "model": "n"}', "model"),
        (b'{"model": "m", "messages": [{"role": "user", "content": "a", "content": "b"}]}', "content"),
        (b'{"model": "m", "messages": [{"role": "user", "content": "a"}], "logit_bias": {"a": 1, "a": 2}}', "a"),
    ],
)
def test_a_field_given_twice_is_named(body: bytes, name: str) -> None:
    assert refuse(body).param == name


@pytest.mark.parametrize("content_type", [None, b"text/plain", b"application/x-www-form-urlencoded", b"application/jsonx"])
def test_another_content_type_is_refused(content_type: bytes | None) -> None:
    headers = () if content_type is None else ((b"content-type", content_type),)
    assert "application/json" in str(refuse(json.dumps(GOOD).encode(), headers))


def test_a_field_given_twice_is_found_quickly_among_very_many() -> None:
    names = [f"n{i}" for i in range(60_000)]
    fields = ", ".join(f'"{name}": 0' for name in (*names, names[-1]))
    body = b'{"model": "m", "messages": [{"role": "user", "content": "a"}], "logit_bias": {%b}}' % fields.encode()
    assert refuse(body).param == names[-1]


def test_a_compressed_body_is_refused_by_its_encoding() -> None:
    body = json.dumps(GOOD).encode()
    assert "'gzip'" in str(refuse(body, (*JSON, (b"content-encoding", b"gzip"))))
    assert decode_body(body, (*JSON, (b"content-encoding", b"identity")), DECODER).model == "m"


def with_prediction(values: bytes) -> bytes:
    return json.dumps(GOOD).encode()[:-1] + b', "prediction": ' + values + b"}"


@pytest.mark.parametrize(
    "values",
    [
        b"[" + b",".join([b"[" * 35 + b"]" * 35] * 100_000) + b"]",
        b"[" + b",".join([b"{}"] * 2_000_000) + b"]",
        b"{" + b",".join(b'"%d":1' % i for i in range(500_000)) + b"}",
        b"[" + b",".join([b'""'] * 2_000_000) + b"]",
        b"[" * (MAX_VALUES + 1) + b'"' + rb"\"" * 1_000_000,
    ],
    ids=["nested lists", "objects", "keys", "texts", "unclosed text"],
)
def test_a_body_of_very_many_values_is_refused_before_it_takes_the_time_of_all(values: bytes) -> None:
    began_s = time.perf_counter()
    assert f"more than {MAX_VALUES} commas" in str(refuse(with_prediction(values)))
    assert time.perf_counter() - began_s < 1


def test_commas_and_brackets_in_texts_are_none_of_them() -> None:
    text = "a, [b], {c} " * MAX_VALUES + r"\""
    messages = [{"role": "user", "content": text}]
    assert decode_body(json.dumps(GOOD | {"messages": messages}).encode(), JSON, DECODER).messages[0].content == text


def test_as_many_values_as_are_taken_are_looked_through_for_a_field_given_twice() -> None:
    values = b'[{"a": 1, "a": 2}' + b", 1" * (MAX_VALUES - 100) + b"]"
    assert refuse(with_prediction(values)).param == "a"
