"""What turns the answers of a request into the bytes of its reply."""

from typing import Protocol

from server.answers.answer import Scored
from server.engine.protocol import Piece, PromptRead
from server.wire.error_body import ErrorBody

STREAM_END = b"data: [DONE]\n\n"
KEEP_ALIVE = b": keep-alive\n\n"  # a comment


class Renderer(Protocol):
    """Pure: bytes come back, and the exchange sends them. Answers are told apart by their place among those asked for.

    Of a reply that goes out whole, all bytes come with `close`.
    """

    def add(self, index: int, event: PromptRead | Piece) -> bytes:
        """Take a piece of an answer, this runs once a token, or its prompt where that was asked for."""
        ...

    def end(self, index: int, scored: Scored) -> bytes:
        """Take the end of an answer."""
        ...

    def close(self) -> bytes:
        """Give what is left, when all answers have ended."""
        ...

    def fail(self, body: ErrorBody) -> bytes:
        """Give the last words of a stream that has begun and has failed."""
        ...
