"""A request's JSON body, from the network to a wire struct."""

import asyncio
from typing import TypeVar

import msgspec
from litestar.types import Receive, Scope

from server.http.body import read_body
from server.http.decoding import decode_body
from server.settings.settings import Settings

T = TypeVar("T", bound=msgspec.Struct)
LARGE_BODY_BYTES = 1 << 18


async def read_request(scope: Scope, receive: Receive, settings: Settings, decoder: msgspec.json.Decoder[T]) -> T:
    """Read and decode the body within its limits; raises InvalidRequest, BodyTooLarge, BodyTimedOut, ClientDisconnected."""
    headers = scope["headers"]
    body = await read_body(headers, receive, max_bytes=settings.max_body_bytes, timeout_s=settings.body_timeout_s)
    if len(body) > LARGE_BODY_BYTES:  # on the event loop, everybody would wait for it
        return await asyncio.to_thread(decode_body, body, headers, decoder)
    return decode_body(body, headers, decoder)
