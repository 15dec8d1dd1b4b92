"""One answer on its way from the engine to who asked for it, past those who watch it."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Self

from server.answers.answer import Answer, Scored
from server.answers.outcome import SHUTDOWN, TIMEOUT, name_outcome
from server.answers.watcher import Watch, Watcher
from server.engine.errors import EngineUnavailable
from server.engine.protocol import Engine, Finish, Piece
from server.errors import RequestTimedOut
from server.http.deadline import Deadline

log = logging.getLogger(__name__)

STOP_GRACE_S = 2.0  # for an engine to end what it was told to stop: some steps


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
        self._events = engine.generate(answer.generation)
        self._stop_reason: str | None = None

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

    async def __anext__(self) -> Piece | Scored:
        """Await the next event; raises EngineError."""
        event = await anext(self._events)
        if isinstance(event, Finish):
            return self._finish(event)
        self.answer.note_piece(event)
        for watcher in self._sound:
            try:
                watcher.piece(event)
            except Exception:
                self._drop(watcher)
        return event

    @asynccontextmanager
    async def ending_by(self, deadline: Deadline) -> AsyncGenerator[None]:
        """At the deadline have the engine end the answer with what it has.

        Raises RequestTimedOut where that is nothing, or the engine does not. What has been drawn is then `cut_short`'s.
        """
        async with deadline.kept(grace_s=STOP_GRACE_S) as timeout:
            timer = asyncio.get_running_loop().call_at(deadline.at_s, self._time_out, timeout)
            try:
                yield
            finally:
                timer.cancel()

    def stop(self, reason: str) -> None:
        """Have the engine end an answer that has begun, as if it had been allowed no more tokens."""
        if self._has_begun:
            self._stop_reason = reason
            self._engine.stop(self.answer.generation.id, reason=reason, finish="length")

    def reason_to_cut(self, error: BaseException) -> str | None:
        """Say why an answer that `error` interrupts is to be `cut_short`; None where there is nothing of it, or it has failed."""
        if not self._has_begun:
            return None
        match error:
            case RequestTimedOut():
                return TIMEOUT
            case asyncio.CancelledError():  # only a server that stops at once cancels its requests
                return SHUTDOWN
            case EngineUnavailable():  # closed before it could do what it was told
                return self._stop_reason
            case _:
                return None

    async def cut_short(self, reason: str) -> Scored:
        """End an answer whose engine does not: with the pieces that have come."""
        await self._events.aclose()
        answer = self.answer
        answer.is_cut = True
        return self._finish(
            Finish(
                reason="length",
                num_prompt_tokens=0,  # nobody has said
                num_completion_tokens=answer.num_tokens,
                adapter_digest=answer.served.digest,
                stopped_by=reason,
                num_tokens_left=max(0, answer.generation.max_tokens - answer.num_tokens),
            )
        )

    @property
    def _has_begun(self) -> bool:
        return self.answer.num_tokens > 0 and self.answer.finish is None

    def _time_out(self, timeout: asyncio.Timeout) -> None:
        if self._has_begun:
            self.stop(TIMEOUT)
        elif self.answer.finish is None:
            timeout.reschedule(asyncio.get_running_loop().time())

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


class Answering:
    """Starts the runs of one engine, all watched alike."""

    def __init__(self, engine: Engine, watches: Sequence[Watch]) -> None:
        self._engine = engine
        self._watches = tuple(watches)
        self._open: set[AnswerRun] = set()

    @asynccontextmanager
    async def run(self, answer: Answer) -> AsyncGenerator[AnswerRun]:
        """Begin an answer; it is cancelled where its end has not come when this ends."""
        async with AnswerRun(self._engine, answer, self._watches) as run:
            self._open.add(run)
            try:
                yield run
            finally:
                self._open.discard(run)

    def stop_all(self) -> None:
        """Have every answer that has begun end with what there is: the server stops now."""
        for run in self._open:
            run.stop(SHUTDOWN)
