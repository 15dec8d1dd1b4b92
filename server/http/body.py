"""A request's body, read within its limits of size and time."""

import asyncio
from collections.abc import Iterable

from litestar.types import Receive

from server.errors import BodyTimedOut, BodyTooLarge, ClientDisconnected

RawHeaders = Iterable[tuple[bytes, bytes]]


async def read_body(headers: RawHeaders, receive: Receive, *, max_bytes: int, timeout_s: float) -> bytes:
    """Read the whole body, never holding more than `max_bytes` and one more network chunk of it."""
    declared = next((value for name, value in headers if name == b"content-length"), b"0")
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
