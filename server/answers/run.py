"""One answer on its way from the engine to who asked for it, past those who watch it."""

import logging
from collections.abc import AsyncGenerator, Sequence
from types import TracebackType
from typing import Self

from server.answers.answer import Answer, Scored
from server.answers.outcome import name_outcome
from server.answers.spoken import CALLED, read_rest, tell_calls_apart
from server.answers.watcher import Watch, Watcher
from server.engine.protocol import Engine, Event, Finish, Piece, PromptRead

log = logging.getLogger(__name__)


class AnswerRun:
    """Gives an answer's pieces and then its end, scored: `async with` it and iterate.

    Each watcher hears of every event before it is given, in their order. One that raises hears no more of this answer but its end.
    """

    def __init__(self, engine: Engine, answer: Answer, watches: Sequence[Watch]) -> None:
        self.answer = answer
        self._engine = engine
        self._watchers: tuple[Watcher, ...] = ()
        for watch in watches:
            try:
                self._watchers += (watch(answer),)
            except Exception:
                self._log_fault()
        self._sound = self._watchers  # those that have not raised
        self._events = self._ask()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None) -> None:
        """Cancel what still runs, and tell the watchers how it went."""
        try:
            await self._events.aclose()
        finally:
            self._tell_end(exc)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> PromptRead | Piece | Scored:
        """Await the next event; raises EngineError."""
        event = await anext(self._events)
        match event:
            case Finish():
                return self._finish(event)
            case PromptRead():
                return event
        return self._pass_on(event)

    def ask_again(self) -> None:
        """Ask the engine anew for an answer that it has refused before anything of it had come."""
        self._events = self._ask()

    def stop(self, reason: str) -> None:
        """Have the engine end the answer, as if it had been allowed no more tokens; nothing happens to one that has ended."""
        if self.answer.finish is None:
            self._engine.stop(self.answer.generation.id, reason=reason, finish="length")

    async def cut_short(self, reason: str) -> list[Piece | Scored]:
        """End an answer whose engine does not: with the pieces that have come, and what of them was held back."""
        await self._events.aclose()
        answer = self.answer
        answer.is_cut = True
        held = read_rest(answer.parser) if answer.parser else None
        last = [self._pass_on(held)] if held else []
        scored = self._finish(
            Finish(
                reason="length",
                num_prompt_tokens=0,  # nobody has said
                num_completion_tokens=answer.num_tokens,
                adapter_digest=answer.served.digest,
                stopped_by=reason,
                num_tokens_left=max(0, answer.generation.max_tokens - answer.num_tokens),
            )
        )
        return [*last, scored]

    def _ask(self) -> AsyncGenerator[Event]:
        events = self._engine.generate(self.answer.generation)
        return tell_calls_apart(events, self.answer.parser, self._end_behind_call) if self.answer.parser else events

    def _end_behind_call(self) -> None:
        self._engine.stop(self.answer.generation.id, reason=CALLED)

    def _pass_on(self, piece: Piece) -> Piece:
        self.answer.note_piece(piece)
        for watcher in self._sound:
            try:
                watcher.piece(piece)
            except Exception:
                self._drop(watcher)
        return piece

    def _finish(self, finish: Finish) -> Scored:
        self.answer.note_finish(finish)
        for watcher in self._sound:
            try:
                watcher.finish(finish)
            except Exception:
                self._drop(watcher)
        return Scored(finish=finish, scores=self.answer.scores)

    def _tell_end(self, error: BaseException | None) -> None:
        finish = self.answer.finish
        if error is None and finish is None:
            error = GeneratorExit()  # whoever asked has left
        how = name_outcome(error, stopped_by=finish.stopped_by if finish else None)
        for watcher in self._watchers:
            try:
                watcher.ended(how, error)
            except Exception:
                self._drop(watcher)

    def _drop(self, watcher: Watcher) -> None:
        if watcher in self._sound:
            self._log_fault()
            self._sound = tuple(other for other in self._sound if other is not watcher)

    def _log_fault(self) -> None:
        log.exception("answer %s goes on without one of its watchers", self.answer.generation.id)
