"""From what the answers to a chat give to the chunks of a stream: pure."""

from functools import partial

import msgspec

from server.answers.answer import Scored
from server.answers.spoken import SpokenPiece
from server.chat.finish import name_finish
from server.engine.protocol import Piece, PromptRead
from server.exchange.logprobs import Spell, describe_tokens
from server.exchange.metadata import AnswerHead, describe_answer
from server.exchange.renderer import STREAM_END
from server.exchange.stream_usage import StreamUsage
from server.tools.parts import CallArguments, CallBegin, CallEnd, Part, TextPart
from server.wire.chat_response import ChatChunk, ChunkChoice, Delta
from server.wire.error_body import ErrorBody
from server.wire.logprobs import ChoiceLogprobs
from server.wire.tools import FunctionDelta, ToolCallDelta


class ChatChunks:
    """Renders server-sent events."""

    def __init__(self, head: AnswerHead, *, spell: Spell, include_usage: bool, counts_on: bool = False, num_choices: int = 1) -> None:
        self._head = head
        self._chunk = partial(ChatChunk, id=head.id, created=head.created, model=head.model, system_fingerprint=head.system_fingerprint)
        self._spell = spell
        self._usage = StreamUsage(num_answers=num_choices, num_choices=num_choices, include_usage=include_usage, counts_on=counts_on)
        self._encode = msgspec.json.Encoder().encode
        self._is_open = [False] * num_choices
        self._num_calls = [0] * num_choices
        # Of a content chunk only the text changes: the rest is encoded once. The marker is the text's place.
        frames = [self._render(index, Delta(content="\x00")).split(b'"\\u0000"') for index in range(num_choices)]
        self._frames = [(before, after) for before, after in frames]

    def add(self, index: int, event: PromptRead | Piece) -> bytes:
        """Render a piece, behind the chunk that opens its message; this runs once a token."""
        match event:
            case PromptRead():
                self._usage.note_prompt(index, event)  # a chat shows nothing else of it
                return b""
        self._usage.note_piece(event)
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
        reason = name_finish(scored.finish, num_calls=self._num_calls[index])
        choice = ChunkChoice(index=index, delta=Delta(), finish_reason=reason, scores=scored.scores)
        usage = self._usage.note_end(index, scored.finish)
        metadata = describe_answer(self._head, scored) if index == 0 else msgspec.UNSET
        return opening + self._to_event(self._chunk(choices=(choice,), usage=usage, metadata=metadata))

    def close(self) -> bytes:
        """Render the usage, where it has a chunk of its own, and the end of the stream."""
        usage = self._usage.extra()
        return (self._to_event(self._chunk(choices=(), usage=usage)) if usage else b"") + STREAM_END

    def fail(self, body: ErrorBody) -> bytes:
        """Render an error that came when the reply had begun, as the SDKs expect it."""
        return b"data: %b\n\n" % msgspec.json.encode(body)

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
        if self._usage.counts_on:
            return self._render(index, Delta(content=text))
        before, after = self._frames[index]
        return b"%b%b%b" % (before, self._encode(text), after)

    def _render_call(self, index: int, call: ToolCallDelta) -> bytes:
        return self._render(index, Delta(tool_calls=(call,)))

    def _describe(self, piece: Piece) -> ChoiceLogprobs:
        return ChoiceLogprobs(content=describe_tokens(piece.token_ids, piece.logprobs, self._spell))

    def _render(self, index: int, delta: Delta, logprobs: ChoiceLogprobs | None = None) -> bytes:
        choice = ChunkChoice(index=index, delta=delta, logprobs=logprobs)
        return self._to_event(self._chunk(choices=(choice,), usage=self._usage.so_far()))

    def _to_event(self, chunk: ChatChunk) -> bytes:
        return b"data: %b\n\n" % self._encode(chunk)
