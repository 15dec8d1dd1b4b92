"""A request with a JSON body, for the routes that answer whole."""

from typing import Any, TypeVar

import msgspec
from litestar import Request

from server.body import read_body
from server.settings import Settings
from server.wire.decoding import decode_body

T = TypeVar("T", bound=msgspec.Struct)


async def read_request(request: Request[Any, Any, Any], settings: Settings, decoder: msgspec.json.Decoder[T]) -> T:
    """Read and decode the body within its limits; raises InvalidRequest, BodyTooLarge, BodyTimedOut, ClientDisconnected."""
    headers = request.scope["headers"]
    body = await read_body(headers, request.receive, max_bytes=settings.max_body_bytes, timeout_s=settings.body_timeout_s)
    return decode_body(body, headers, decoder)
