"""How an answer goes out: whole as JSON, or as server-sent events."""

from typing import Protocol

from litestar.types import Send

from server.answers.answer import Scored
from server.chat.rendering import KEEP_ALIVE, AnswerHead, ChunkRenderer, render_completion, render_error_event
from server.engine.protocol import Piece
from server.wire.error_body import ErrorBody

_JSON_HEADERS = ((b"content-type", b"application/json"),)
_STREAM_HEADERS = ((b"content-type", b"text/event-stream; charset=utf-8"), (b"cache-control", b"no-cache"), (b"x-accel-buffering", b"no"))


class Reply(Protocol):
    """Takes what a run gives and sends it when it should go out."""

    has_begun: bool  # whether the status line is out

    async def keep_alive(self) -> None:
        """Show the connection to be in use, where that can be done before the answer begins."""
        ...

    async def add(self, piece: Piece) -> None:
        """Take a piece."""
        ...

    async def end(self, scored: Scored) -> None:
        """Send the end, and what has not been sent."""
        ...

    async def fail(self, body: ErrorBody) -> None:
        """Say in an answer that has begun that it has failed."""
        ...


class WholeReply:
    """Sends nothing before the end."""

    def __init__(self, head: AnswerHead, send: Send) -> None:
        self.has_begun = False
        self._head = head
        self._send = send
        self._texts: list[str] = []

    async def keep_alive(self) -> None:
        """Do nothing: whether the status will be 200 is not known, and JSON has no comments."""

    async def add(self, piece: Piece) -> None:
        """Keep the text."""
        self._texts.append(piece.text)

    async def end(self, scored: Scored) -> None:
        """Send all of it."""
        body = render_completion(self._head, "".join(self._texts), scored)
        self.has_begun = True
        await _send_start(self._send, (*_JSON_HEADERS, (b"content-length", b"%d" % len(body))))
        await _send_body(self._send, body, is_last=True)

    async def fail(self, body: ErrorBody) -> None:
        """Say nothing: the length of what is under way is out."""


class StreamedReply:
    """Sends each piece as an event."""

    def __init__(self, renderer: ChunkRenderer, send: Send) -> None:
        self.has_begun = False
        self._has_message = False  # whether the chunk that opens it is out
        self._renderer = renderer
        self._send = send

    async def keep_alive(self) -> None:
        """Send a comment, which clients pass over."""
        if not self.has_begun:
            await self._begin()
        await _send_body(self._send, KEEP_ALIVE)

    async def add(self, piece: Piece) -> None:
        """Send a piece's text; this runs once a token."""
        if not self._has_message:
            await self._open_message()
        if piece.text:
            await _send_body(self._send, self._renderer.render_text(piece.text))

    async def end(self, scored: Scored) -> None:
        """Send the last events."""
        if not self._has_message:
            await self._open_message()
        await _send_body(self._send, self._renderer.render_finish(scored), is_last=True)

    async def fail(self, body: ErrorBody) -> None:
        """Send an error as the last event."""
        await _send_body(self._send, render_error_event(body), is_last=True)

    async def _begin(self) -> None:
        self.has_begun = True
        await _send_start(self._send, _STREAM_HEADERS)

    async def _open_message(self) -> None:
        if not self.has_begun:
            await self._begin()
        self._has_message = True
        await _send_body(self._send, self._renderer.render_start())


async def _send_start(send: Send, headers: tuple[tuple[bytes, bytes], ...]) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": headers})


async def _send_body(send: Send, body: bytes, *, is_last: bool = False) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": not is_last})
