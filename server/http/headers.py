"""A request's headers as ASGI gives them: names in lower case, in the order they came."""

from collections.abc import Iterable

RawHeaders = Iterable[tuple[bytes, bytes]]


def find_header(headers: RawHeaders, name: bytes, default: bytes = b"") -> bytes:
    """Give the first value under a name."""
    return next((value for known, value in headers if known == name), default)
