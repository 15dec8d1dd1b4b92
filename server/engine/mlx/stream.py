"""What the worker sends back for one answer, collected on the event loop."""

import asyncio
from collections.abc import AsyncGenerator, Iterator, Sequence

from adapters.registry import LoadedAdapter
from server.engine.errors import EngineError
from server.engine.mlx.messages import News, Started
from server.engine.protocol import Event, Finish, Piece, PromptRead


class AnswerStream:
    """The events of one answer. Pieces that pile up while the reader is busy are joined: a slow reader gets fewer, larger ones."""

    def __init__(self) -> None:
        self.adapters: Sequence[LoadedAdapter] = ()  # the versions that answer, once there are some
        self.is_started = False  # its row has left the queue
        self.has_ended = False
        self._news: list[News] = []
        self._arrived = asyncio.Event()

    def put(self, news: News) -> None:
        """Take what happened to the row; called on the event loop's thread."""
        if isinstance(news, Started):
            self.is_started = True
            return
        self.has_ended = not isinstance(news, Piece | PromptRead)
        self._news.append(news)
        self._arrived.set()

    async def events(self) -> AsyncGenerator[Event]:
        """Yield what there is and one finish; raises the EngineError that took the finish's place."""
        while True:
            await self._arrived.wait()
            self._arrived.clear()
            news, self._news = self._news, []
            for event in _joined(news):
                if isinstance(event, EngineError):
                    raise event
                yield event
                if isinstance(event, Finish):
                    return


def _joined(news: Sequence[News]) -> Iterator[Event | EngineError]:
    """Join neighbouring pieces; those without text carry the ids of what follows."""
    pieces: list[Piece] = []
    for one in news:
        match one:
            case Piece():
                pieces.append(one)
            case PromptRead() | Finish() | EngineError():
                if pieces:
                    yield _join(pieces)
                pieces = []
                yield one
    if pieces:
        yield _join(pieces)


def _join(pieces: Sequence[Piece]) -> Piece:
    if len(pieces) == 1:
        return pieces[0]
    return Piece(
        text="".join(piece.text for piece in pieces),
        token_ids=tuple(token for piece in pieces for token in piece.token_ids),
        logprobs=tuple(one for piece in pieces for one in piece.logprobs),
    )
