"""From what the answers to a chat give to one JSON object: pure."""

import msgspec

from server.answers.answer import Scored
from server.answers.spoken import SpokenPiece
from server.chat.finish import name_finish
from server.engine.protocol import Piece, PromptRead
from server.exchange.logprobs import Spell, describe_tokens
from server.exchange.metadata import AnswerHead, describe_answer
from server.exchange.usage import count_usage
from server.tools.parts import Part, TextPart, collect_parts
from server.wire.chat_response import ChatCompletion, Choice, ResponseMessage
from server.wire.error_body import ErrorBody
from server.wire.logprobs import ChoiceLogprobs, TokenLogprob
from server.wire.tools import CalledFunction, ToolCall


class WholeChoice:
    """Gathers one answer."""

    def __init__(self, index: int, spell: Spell) -> None:
        self._index = index
        self._spell = spell
        self._parts: list[Part] = []
        self._logprobs: list[TokenLogprob] = []
        self._end: Scored | None = None

    def add(self, piece: Piece) -> None:
        """Keep what a piece says, calls and tells of its tokens."""
        self._parts += piece.parts if isinstance(piece, SpokenPiece) else (TextPart(text=piece.text),)
        if piece.logprobs:
            self._logprobs += describe_tokens(piece.token_ids, piece.logprobs, self._spell)

    def end(self, scored: Scored) -> None:
        """Keep the end."""
        self._end = scored

    @property
    def scored(self) -> Scored:
        """The end of an answer that has ended."""
        assert self._end is not None, "a reply is closed when all its answers have ended"
        return self._end

    def render(self) -> Choice:
        """Give all of it."""
        answer = collect_parts(self._parts)
        calls = tuple(_render_call(call.id or "", call.name, call.arguments) for call in answer.calls)
        return Choice(
            index=self._index,
            message=ResponseMessage(content=None if calls and not answer.text else answer.text, tool_calls=calls or msgspec.UNSET),
            logprobs=ChoiceLogprobs(content=tuple(self._logprobs)) if self._logprobs else None,
            finish_reason=name_finish(self.scored.finish, num_calls=len(calls)),
            scores=self.scored.scores,
        )


class WholeChat:
    """Gathers the answers and renders them at the end, as one JSON object."""

    def __init__(self, head: AnswerHead, *, spell: Spell, num_choices: int = 1) -> None:
        self._head = head
        self._choices = [WholeChoice(index, spell) for index in range(num_choices)]

    def add(self, index: int, event: PromptRead | Piece) -> bytes:
        """Keep a piece."""
        if isinstance(event, Piece):
            self._choices[index].add(event)
        return b""

    def end(self, index: int, scored: Scored) -> bytes:
        """Keep the end of an answer."""
        self._choices[index].end(scored)
        return b""

    def close(self) -> bytes:
        """Render all of it."""
        head = self._head
        ends = [choice.scored for choice in self._choices]
        completion = ChatCompletion(
            id=head.id,
            created=head.created,
            model=head.model,
            system_fingerprint=head.system_fingerprint,
            choices=tuple(choice.render() for choice in self._choices),
            usage=count_usage([end.finish for end in ends], num_choices=len(ends)),
            metadata=describe_answer(head, ends[0]),
        )
        return msgspec.json.encode(completion)

    def fail(self, body: ErrorBody) -> bytes:
        """Give nothing: a whole reply that fails is another reply."""
        return b""


def _render_call(id: str, name: str, arguments: str) -> ToolCall:
    return ToolCall(id=id, function=CalledFunction(name=name, arguments=arguments))
