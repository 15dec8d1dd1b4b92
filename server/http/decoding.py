"""From a body's bytes to a wire struct, or one refusal that names the field.

msgspec says where it stopped in the text of its message (``at `$.messages[0].role` ``); this file is the only one that reads that text.
"""

import json
import re
from collections.abc import Iterable, Sequence
from typing import TypeVar

import msgspec

from server.errors import InvalidRequest

RawHeaders = Iterable[tuple[bytes, bytes]]
T = TypeVar("T", bound=msgspec.Struct)

_PLACE = re.compile(r" - at (?:`key` in )?`\$\.?([^`]*)`$")
_FIELD = re.compile(r"(unknown|required) field `(.*)`", re.DOTALL)
_SURROGATE = re.compile("[\ud800-\udfff]")


def decode_body(body: bytes, headers: RawHeaders, decoder: msgspec.json.Decoder[T]) -> T:
    """Decode and validate a JSON body; raises InvalidRequest for anything a client can get wrong."""
    named = {name: value.decode("latin-1") for name, value in headers}
    content_type = named.get(b"content-type", "")
    if content_type.partition(";")[0].strip().lower() != "application/json":
        raise InvalidRequest(f"Expected the header Content-Type: application/json, got {content_type!r}.")
    if (encoding := named.get(b"content-encoding", "identity").strip().lower()) not in ("", "identity"):
        raise InvalidRequest(f"The request's body has the Content-Encoding {encoding!r}: send it uncompressed.")
    if not body:
        raise InvalidRequest("Expected a JSON object as the request's body, got an empty body.")
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
