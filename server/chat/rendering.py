"""From what the answers to a chat give to the bytes of its reply: pure, whole or chunk by chunk."""

import msgspec

from server.answers.answer import Scored
from server.engine.protocol import Finish, Piece
from server.exchange.metadata import AnswerHead, describe_answer
from server.exchange.renderer import STREAM_END
from server.exchange.usage import count_usage
from server.wire.chat_response import ChatChunk, ChatCompletion, Choice, ChunkChoice, Delta, ResponseMessage
from server.wire.error_body import ErrorBody
from server.wire.usage import Usage


class WholeChat:
    """Gathers the answers and renders them at the end, as one JSON object."""

    def __init__(self, head: AnswerHead, *, num_choices: int = 1) -> None:
        self._head = head
        self._texts: list[list[str]] = [[] for _ in range(num_choices)]
        self._ends: list[Scored | None] = [None] * num_choices

    def add(self, index: int, piece: Piece) -> bytes:
        """Keep a piece's text."""
        self._texts[index].append(piece.text)
        return b""

    def end(self, index: int, scored: Scored) -> bytes:
        """Keep the end of an answer."""
        self._ends[index] = scored
        return b""

    def close(self) -> bytes:
        """Render all of it."""
        head = self._head
        ends = [end for end in self._ends if end is not None]
        completion = ChatCompletion(
            id=head.id,
            created=head.created,
            model=head.model,
            system_fingerprint=head.system_fingerprint,
            choices=tuple(self._make_choice(index, end) for index, end in enumerate(ends)),
            usage=count_usage([end.finish for end in ends], num_choices=len(ends)),
            metadata=describe_answer(head, ends[0]),
        )
        return msgspec.json.encode(completion)

    def fail(self, body: ErrorBody) -> bytes:
        """Give nothing: a whole reply that fails is another reply."""
        return b""

    def _make_choice(self, index: int, end: Scored) -> Choice:
        message = ResponseMessage(content="".join(self._texts[index]))
        return Choice(index=index, message=message, finish_reason=end.finish.reason, scores=end.scores)


class ChatChunks:
    """Renders server-sent events.

    Usage is on exactly one chunk, since some clients add up what they see: the last one with a `finish_reason`, or OpenAI's extra
    chunk without choices when the request asked for that with `include_usage`.
    """

    def __init__(self, head: AnswerHead, *, include_usage: bool, num_choices: int = 1) -> None:
        self._head = head
        self._include_usage = include_usage
        self._encode = msgspec.json.Encoder().encode
        self._is_open = [False] * num_choices
        self._finishes: list[Finish | None] = [None] * num_choices
        # Of a content chunk only the text changes: the rest is encoded once. The marker is the text's place.
        frames = [self._render(index, Delta(content="\x00")).split(b'"\\u0000"') for index in range(num_choices)]
        self._frames = [(before, after) for before, after in frames]

    def add(self, index: int, piece: Piece) -> bytes:
        """Render a piece's text, behind the chunk that opens its message; this runs once a token."""
        if not self._is_open[index]:
            return self._open(index) + self.add(index, piece)
        if not piece.text:
            return b""
        before, after = self._frames[index]
        return b"%b%b%b" % (before, self._encode(piece.text), after)

    def end(self, index: int, scored: Scored) -> bytes:
        """Render the end of a message, with its scores; the metadata is of the first."""
        opening = b"" if self._is_open[index] else self._open(index)
        self._finishes[index] = scored.finish
        choice = ChunkChoice(index=index, delta=Delta(), finish_reason=scored.finish.reason, scores=scored.scores)
        is_last = all(self._finishes)
        usage = self._count() if is_last and not self._include_usage else self._no_usage
        metadata = describe_answer(self._head, scored) if index == 0 else msgspec.UNSET
        return opening + self._to_event(self._make_chunk((choice,), usage=usage, metadata=metadata))

    def close(self) -> bytes:
        """Render the usage, where it has a chunk of its own, and the end of the stream."""
        extra = self._to_event(self._make_chunk((), usage=self._count())) if self._include_usage else b""
        return extra + STREAM_END

    def fail(self, body: ErrorBody) -> bytes:
        """Render an error that came when the reply had begun, as the SDKs expect it."""
        return b"data: %b\n\n" % msgspec.json.encode(body)

    @property
    def _no_usage(self) -> msgspec.UnsetType | None:
        return None if self._include_usage else msgspec.UNSET

    def _count(self) -> Usage:
        return count_usage([finish for finish in self._finishes if finish], num_choices=len(self._finishes))

    def _open(self, index: int) -> bytes:
        self._is_open[index] = True
        return self._render(index, Delta(role="assistant", content="", refusal=None))

    def _render(self, index: int, delta: Delta) -> bytes:
        return self._to_event(self._make_chunk((ChunkChoice(index=index, delta=delta),), usage=self._no_usage))

    def _make_chunk(
        self,
        choices: tuple[ChunkChoice, ...],
        *,
        usage: Usage | msgspec.UnsetType | None,
        metadata: dict[str, str] | msgspec.UnsetType = msgspec.UNSET,
    ) -> ChatChunk:
        head = self._head
        return ChatChunk(
            id=head.id,
            created=head.created,
            model=head.model,
            system_fingerprint=head.system_fingerprint,
            choices=choices,
            usage=usage,
            metadata=metadata,
        )

    def _to_event(self, chunk: ChatChunk) -> bytes:
        return b"data: %b\n\n" % self._encode(chunk)
