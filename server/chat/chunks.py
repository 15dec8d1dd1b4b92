"""From what the answers to a chat give to the chunks of a stream: pure."""

import msgspec

from server.answers.answer import Scored
from server.answers.spoken import SpokenPiece
from server.chat.finish import name_finish
from server.engine.protocol import Finish, Piece, PromptRead
from server.exchange.logprobs import Spell, describe_tokens
from server.exchange.metadata import AnswerHead, describe_answer
from server.exchange.renderer import STREAM_END
from server.exchange.usage import count_usage, count_usage_so_far
from server.tools.parts import CallArguments, CallBegin, CallEnd, Part, TextPart
from server.wire.chat_response import ChatChunk, ChunkChoice, Delta
from server.wire.error_body import ErrorBody
from server.wire.logprobs import ChoiceLogprobs
from server.wire.tools import FunctionDelta, ToolCallDelta
from server.wire.usage import Usage


class ChatChunks:
    """Renders server-sent events.

    Usage is on exactly one chunk, since some clients add up what they see: the last one with a `finish_reason`, or OpenAI's extra
    chunk without choices when the request asked for that with `include_usage`. With `counts_on`, for which the prompt has to be told,
    every chunk has what it comes to so far.
    """

    def __init__(self, head: AnswerHead, *, spell: Spell, include_usage: bool, counts_on: bool = False, num_choices: int = 1) -> None:
        self._head = head
        self._spell = spell
        self._include_usage = include_usage
        self._counts_on = counts_on
        self._prompt: PromptRead | None = None  # of all choices
        self._num_tokens = 0  # of all choices together
        self._encode = msgspec.json.Encoder().encode
        self._is_open = [False] * num_choices
        self._num_calls = [0] * num_choices
        self._finishes: list[Finish | None] = [None] * num_choices
        # Of a content chunk only the text changes: the rest is encoded once. The marker is the text's place.
        frames = [self._render(index, Delta(content="\x00")).split(b'"\\u0000"') for index in range(num_choices)]
        self._frames = [(before, after) for before, after in frames]

    def add(self, index: int, event: PromptRead | Piece) -> bytes:
        """Render a piece, behind the chunk that opens its message; this runs once a token."""
        match event:
            case PromptRead():
                self._prompt = self._prompt or event  # a chat shows nothing else of it
                return b""
        self._num_tokens += len(event.token_ids)
        return self._add_piece(index, event)

    def _add_piece(self, index: int, event: Piece) -> bytes:
        match event:
            case SpokenPiece():
                return self._add_parts(index, event)
        if not self._is_open[index]:
            return self._open(index) + self._add_piece(index, event)
        if event.logprobs:
            return self._render(index, Delta(content=event.text), self._describe(event))
        return self._render_text(index, event.text) if event.text else b""

    def end(self, index: int, scored: Scored) -> bytes:
        """Render the end of a message, with its scores; the metadata is of the first."""
        opening = b"" if self._is_open[index] else self._open(index)
        self._finishes[index] = scored.finish
        reason = name_finish(scored.finish, num_calls=self._num_calls[index])
        choice = ChunkChoice(index=index, delta=Delta(), finish_reason=reason, scores=scored.scores)
        is_last = all(self._finishes)
        usage = self._count() if is_last and not self._include_usage else self._count_so_far()
        metadata = describe_answer(self._head, scored) if index == 0 else msgspec.UNSET
        return opening + self._to_event(self._make_chunk((choice,), usage=usage, metadata=metadata))

    def close(self) -> bytes:
        """Render the usage, where it has a chunk of its own, and the end of the stream."""
        extra = self._to_event(self._make_chunk((), usage=self._count())) if self._include_usage else b""
        return extra + STREAM_END

    def fail(self, body: ErrorBody) -> bytes:
        """Render an error that came when the reply had begun, as the SDKs expect it."""
        return b"data: %b\n\n" % msgspec.json.encode(body)

    def _count_so_far(self) -> Usage | msgspec.UnsetType | None:
        if self._counts_on:
            return count_usage_so_far([self._prompt] if self._prompt else [], self._num_tokens)
        return None if self._include_usage else msgspec.UNSET

    def _count(self) -> Usage:
        return count_usage([finish for finish in self._finishes if finish], num_choices=len(self._finishes))

    def _open(self, index: int, *, content: str | None = "") -> bytes:
        self._is_open[index] = True
        return self._render(index, Delta(role="assistant", content=content, refusal=None))

    def _add_parts(self, index: int, piece: SpokenPiece) -> bytes:
        """Render what is said and called. The message opens with the first of it: without content where that is a call."""
        events = [self._render_part(index, part) for part in piece.parts]
        if piece.logprobs:
            opening = b"" if self._is_open[index] else self._open(index)
            events.append(opening + self._render(index, Delta(content=""), self._describe(piece)))
        return b"".join(events)

    def _render_part(self, index: int, part: Part) -> bytes:
        opening = b""
        if not self._is_open[index]:
            opening = self._open(index, content="" if isinstance(part, TextPart) else None)
        match part:
            case TextPart():
                return opening + self._render_text(index, part.text)
            case CallBegin():
                self._num_calls[index] += 1
                function = FunctionDelta(name=part.name, arguments="")
                return opening + self._render_call(index, ToolCallDelta(index=part.index, id=part.id, type="function", function=function))
            case CallArguments():
                return opening + self._render_call(index, ToolCallDelta(index=part.index, function=FunctionDelta(arguments=part.text)))
            case CallEnd():
                return opening

    def _render_text(self, index: int, text: str) -> bytes:
        if self._counts_on:
            return self._render(index, Delta(content=text))
        before, after = self._frames[index]
        return b"%b%b%b" % (before, self._encode(text), after)

    def _render_call(self, index: int, call: ToolCallDelta) -> bytes:
        return self._render(index, Delta(tool_calls=(call,)))

    def _describe(self, piece: Piece) -> ChoiceLogprobs:
        return ChoiceLogprobs(content=describe_tokens(piece.token_ids, piece.logprobs, self._spell))

    def _render(self, index: int, delta: Delta, logprobs: ChoiceLogprobs | None = None) -> bytes:
        choice = ChunkChoice(index=index, delta=delta, logprobs=logprobs)
        return self._to_event(self._make_chunk((choice,), usage=self._count_so_far()))

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
