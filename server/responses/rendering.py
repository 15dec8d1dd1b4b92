"""From what the answer gives to the bytes of a whole response."""

import msgspec

from server.answers.answer import Scored
from server.engine.protocol import Piece, PromptRead
from server.responses.body import ResponseHead, end_body
from server.responses.output import make_message, name_message
from server.wire.error_body import ErrorBody


class WholeResponse:
    """Gathers the answer and renders it at the end, as one JSON object."""

    def __init__(self, head: ResponseHead) -> None:
        self._head = head
        self._texts: list[str] = []
        self._body = b""

    def add(self, index: int, event: PromptRead | Piece) -> bytes:
        """Keep a piece's text."""
        if isinstance(event, Piece):
            self._texts.append(event.text)
        return b""

    def end(self, index: int, scored: Scored) -> bytes:
        """Keep the whole of it."""
        message = make_message(name_message(self._head.request_id, 0), "".join(self._texts), scored.finish.reason)
        self._body = msgspec.json.encode(end_body(self._head, (message,), scored))
        return b""

    def close(self) -> bytes:
        """Give all of it."""
        return self._body

    def fail(self, body: ErrorBody) -> bytes:
        """Give nothing: a whole reply that fails is another reply."""
        return b""
