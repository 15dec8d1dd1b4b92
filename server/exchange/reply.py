"""How a reply goes out: whole as JSON, or as server-sent events."""

from collections.abc import Sequence
from typing import Protocol

from litestar.types import Send

from server.answers.answer import Scored
from server.engine.protocol import Piece, PromptRead
from server.exchange.renderer import KEEP_ALIVE, Renderer
from server.http.beside import do_beside
from server.wire.error_body import ErrorBody

Header = tuple[bytes, bytes]

_JSON_HEADERS = ((b"content-type", b"application/json"),)
_STREAM_HEADERS = ((b"content-type", b"text/event-stream; charset=utf-8"), (b"cache-control", b"no-cache"), (b"x-accel-buffering", b"no"))


class Reply(Protocol):
    """Takes what the answers give and sends it when it should go out."""

    has_begun: bool  # whether the status line is out

    async def keep_alive(self) -> None:
        """Show the connection to be in use, where that can be done before the answer begins."""
        ...

    async def take(self, index: int, event: PromptRead | Piece | Scored) -> None:
        """Take what one of the answers gives."""
        ...

    async def close(self) -> None:
        """Send what has not been sent, when all answers have ended."""
        ...

    async def fail(self, body: ErrorBody) -> None:
        """Say in a reply that has begun that it has failed."""
        ...


class WholeReply:
    """Sends nothing before the end."""

    def __init__(self, renderer: Renderer, send: Send, headers: Sequence[Header] = ()) -> None:
        self.has_begun = False
        self._renderer = renderer
        self._send = send
        self._headers = headers
        self._num_logprobs = 0

    async def keep_alive(self) -> None:
        """Do nothing: the status goes out with the answer."""

    async def take(self, index: int, event: PromptRead | Piece | Scored) -> None:
        """Keep it."""
        _render(self._renderer, index, event)
        if not isinstance(event, Scored) and event.logprobs:
            self._num_logprobs += sum(1 + len(one.top) for one in event.logprobs if one)

    async def close(self) -> None:
        """Send all of it."""
        body = await do_beside(self._num_logprobs, self._renderer.close)
        self.has_begun = True
        await _send_start(self._send, (*_JSON_HEADERS, (b"content-length", b"%d" % len(body)), *self._headers))
        await _send_body(self._send, body, is_last=True)

    async def fail(self, body: ErrorBody) -> None:
        """Say nothing: the length of what is under way is out."""


class StreamedReply:
    """Sends each piece as an event."""

    def __init__(self, renderer: Renderer, send: Send, headers: Sequence[Header] = ()) -> None:
        self.has_begun = False
        self._renderer = renderer
        self._send = send
        self._headers = headers

    async def keep_alive(self) -> None:
        """Send a comment, which clients pass over."""
        await self._send_events(KEEP_ALIVE)

    async def take(self, index: int, event: PromptRead | Piece | Scored) -> None:
        """Send what there is to say of it; this runs once a token."""
        await self._send_events(_render(self._renderer, index, event))

    async def close(self) -> None:
        """Send the last events."""
        await self._begin()
        await _send_body(self._send, self._renderer.close(), is_last=True)

    async def fail(self, body: ErrorBody) -> None:
        """Send an error as the last event."""
        await _send_body(self._send, self._renderer.fail(body), is_last=True)

    async def _send_events(self, events: bytes) -> None:
        await self._begin()
        if events:
            await _send_body(self._send, events)

    async def _begin(self) -> None:
        if not self.has_begun:
            self.has_begun = True
            await _send_start(self._send, (*_STREAM_HEADERS, *self._headers))


def _render(renderer: Renderer, index: int, event: PromptRead | Piece | Scored) -> bytes:
    return renderer.end(index, event) if isinstance(event, Scored) else renderer.add(index, event)


async def _send_start(send: Send, headers: tuple[Header, ...]) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": headers})


async def _send_body(send: Send, body: bytes, *, is_last: bool = False) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": not is_last})
