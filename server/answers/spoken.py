"""Answers in which functions may be called: what is said told from what is called, before anybody hears of it."""

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing

import msgspec

from server.engine.protocol import Event, Finish, Piece
from server.tools.parts import CallBegin, Part, TextPart
from server.tools.reading.answer_parser import AnswerParser

CALLED = "called"  # the reason for which an answer is stopped behind its one call


class SpokenPiece(Piece, frozen=True, kw_only=True, tag="spoken"):
    """A piece whose text is only what is said; `parts` has the calls too, in order."""

    parts: tuple[Part, ...]

    @property
    def num_calls(self) -> int:
        """Calls that begin in it."""
        return sum(isinstance(part, CallBegin) for part in self.parts)


async def tell_calls_apart(events: AsyncGenerator[Event], parser: AnswerParser, stop: Callable[[], None]) -> AsyncGenerator[Event]:
    """Pass the events of an answer on, its pieces read by the parser; `stop` is called when nothing that follows belongs to the answer."""
    async with aclosing(events):
        is_stopped = False
        async for event in events:
            match event:
                case Piece():
                    yield _read(event, parser.feed(event.text))
                    if parser.is_over and not is_stopped:
                        is_stopped = True
                        stop()
                case Finish():
                    if rest := read_rest(parser):
                        yield rest
                    yield msgspec.structs.replace(event, stopped_by=None) if event.stopped_by == CALLED else event
                case _:
                    yield event


def read_rest(parser: AnswerParser) -> SpokenPiece | None:
    """Give what the parser has held back of an answer that is over."""
    rest = parser.end()
    return _read(Piece(text="", token_ids=()), rest) if rest else None


def _read(piece: Piece, parts: Sequence[Part]) -> SpokenPiece:
    text = "".join(part.text for part in parts if isinstance(part, TextPart))
    return SpokenPiece(text=text, token_ids=piece.token_ids, logprobs=piece.logprobs, parts=tuple(parts))
