"""A request's JSON body: read within limits of size and time and decoded to a wire struct, or refused with the field at fault named.

msgspec says where it stopped in the text of its message (``at `$.messages[0].role` ``); this file is the only one that reads that text.
"""

import asyncio
import json
import re
from collections.abc import Sequence
from typing import TypeVar

import msgspec
from litestar.types import Receive, Scope

from server.errors import BodyTimedOut, BodyTooLarge, ClientDisconnected, InvalidRequest
from server.http.headers import RawHeaders, find_header
from server.settings.settings import Settings

T = TypeVar("T", bound=msgspec.Struct)
LARGE_BODY_BYTES = 1 << 18
# Decoding holds the interpreter's lock, on any thread, for up to 1 µs a value. The ids of a prompt of 131,072 tokens may come.
MAX_VALUES = 150_000

_PLACE = re.compile(r" - at (?:`key` in )?`\$\.?([^`]*)`$")
_FIELD = re.compile(r"(unknown|required) field `(.*)`", re.DOTALL)
_SURROGATE = re.compile("[\ud800-\udfff]")
_TEXT = re.compile(rb'"(?:[^"\\]++|\\.)*+"?', re.DOTALL)  # one that is not closed ends with the body: looked at once, too


async def read_request(scope: Scope, receive: Receive, settings: Settings, decoder: msgspec.json.Decoder[T]) -> T:
    """Read and decode the body within its limits; raises InvalidRequest, BodyTooLarge, BodyTimedOut, ClientDisconnected."""
    headers = scope["headers"]
    body = await read_body(headers, receive, max_bytes=settings.max_body_bytes, timeout_s=settings.body_timeout_s)
    if len(body) > LARGE_BODY_BYTES:  # on the event loop, everybody would wait for it
        return await asyncio.to_thread(decode_body, body, headers, decoder)
    return decode_body(body, headers, decoder)


async def read_body(headers: RawHeaders, receive: Receive, *, max_bytes: int, timeout_s: float) -> bytes:
    """Read the whole body, never holding more than `max_bytes` and one more network chunk of it."""
    declared = find_header(headers, b"content-length", b"0")
    if declared.isdigit() and int(declared) > max_bytes:
        raise _too_large(max_bytes)
    try:
        async with asyncio.timeout(timeout_s):
            return await _read_chunks(receive, max_bytes)
    except TimeoutError as exc:
        raise BodyTimedOut(f"The request's body did not arrive within {timeout_s:g} s.") from exc


async def _read_chunks(receive: Receive, max_bytes: int) -> bytes:
    chunks: list[bytes] = []
    num_bytes = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise ClientDisconnected
        num_bytes += len(message["body"])
        if num_bytes > max_bytes:
            raise _too_large(max_bytes)
        chunks.append(message["body"])
        if not message["more_body"]:
            return b"".join(chunks)


def _too_large(max_bytes: int) -> BodyTooLarge:
    return BodyTooLarge(f"The request's body is larger than the {max_bytes} bytes this server takes.")


def decode_body(body: bytes, headers: RawHeaders, decoder: msgspec.json.Decoder[T]) -> T:
    """Decode and validate a JSON body; raises InvalidRequest for anything a client can get wrong."""
    _refuse_other_content(headers)
    if not body:
        raise InvalidRequest("Expected a JSON object as the request's body, got an empty body.")
    _refuse_too_many_values(body)
    try:
        decoded = decoder.decode(body)
        _refuse_duplicate_keys(body)
    except msgspec.ValidationError as exc:
        raise _explain(str(exc)) from exc
    except msgspec.DecodeError as exc:
        raise InvalidRequest(f"The request's body is not valid JSON: {_find_half_character(body) or exc}.") from exc
    except UnicodeDecodeError as exc:
        raise InvalidRequest("The request's body is not valid UTF-8.") from exc
    except RecursionError as exc:
        raise InvalidRequest("The request's body is nested too deeply.") from exc
    except ValueError as exc:
        raise InvalidRequest(f"The request's body cannot be read: {exc}.") from exc
    return decoded


def _refuse_other_content(headers: RawHeaders) -> None:
    content_type = find_header(headers, b"content-type").decode("latin-1")
    if content_type.partition(";")[0].strip().lower() != "application/json":
        raise InvalidRequest(f"Expected the header Content-Type: application/json, got {content_type!r}.")
    encoding = find_header(headers, b"content-encoding", b"identity").decode("latin-1").strip().lower()
    if encoding not in ("", "identity"):
        raise InvalidRequest(f"The request's body has the Content-Encoding {encoding!r}: send it uncompressed.")


def _refuse_too_many_values(body: bytes) -> None:
    if _count_values(body) <= MAX_VALUES:
        return
    # Some of it may stand in texts. Each value has at most one key: of more texts than are taken out here, too many are values.
    if _count_values(_TEXT.sub(b"", body, 2 * MAX_VALUES)) > MAX_VALUES:
        raise InvalidRequest(f"The request's body has more than {MAX_VALUES} commas and opening brackets: send fewer values at once.")


def _count_values(body: bytes) -> int:
    """Count what opens a list or an object or separates its values: no fewer than there are values, and quickly."""
    return body.count(b",") + body.count(b"[") + body.count(b"{")


def _explain(text: str) -> InvalidRequest:
    """Turn msgspec's message into a refusal whose `param` is a path such as `messages[0].role`."""
    place = _PLACE.search(text)
    path = place.group(1).removesuffix("[...]") if place else ""
    message = text[: place.start()] if place else text
    if field := _FIELD.search(message):
        path = f"{path}.{field.group(2)}" if path else field.group(2)
        message = f"Unknown field: {path}" if field.group(1) == "unknown" else f"Missing required field: {path}"
    elif path:
        message = f"Invalid value for {path}: {message[0].lower()}{message[1:]}"
    return InvalidRequest(f"{message}.".replace("`", "'"), param=path or None)


def _find_half_character(body: bytes) -> str | None:
    """Name half of a pair that stands alone, as a client sends that cuts a text within an emoji: for msgspec the input is `truncated`."""
    try:
        text = json.dumps(json.loads(body), ensure_ascii=False)
    except (ValueError, RecursionError):
        return None
    found = _SURROGATE.search(text)
    return f"\\u{ord(found.group()):04x} is half of a character" if found else None


def _refuse_duplicate_keys(body: bytes) -> None:
    """msgspec keeps the last of two equal keys; which one the client meant is not ours to guess."""

    def check(pairs: Sequence[tuple[str, object]]) -> None:
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise InvalidRequest(f"The field {key!r} is given twice in one object.", param=key)
            seen.add(key)

    # Numbers are left alone: Python refuses integers of thousands of digits.
    json.loads(body, object_pairs_hook=check, parse_int=str, parse_float=str)
