"""The answers of one request, run beside one another."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager, suppress
from types import TracebackType
from typing import Self

from server.answers.answer import Scored
from server.answers.outcome import SHUTDOWN, TIMEOUT
from server.answers.run import AnswerRun
from server.engine.errors import EngineUnavailable, QueueFull
from server.engine.protocol import Piece, PromptRead
from server.errors import AdapterConflict, RequestTimedOut
from server.http.deadline import Deadline

STOP_GRACE_S = 2.0  # for an engine to end what it was told to stop: some steps
MOST_AT_ONCE = 32  # answers of a request that the engine is asked for: a list of prompts must not fill its queue
RETRY_S = 0.25  # until an engine that was full is asked again
MOST_UNREAD = 64  # events that wait for a slow reader: behind them an engine joins what it draws

Told = tuple[int, PromptRead | Piece | Scored]  # an answer's place among those asked for, and what it gives


class RunGroup:
    """Gives what the answers give, as it comes: `async with` it and iterate. What one raises is raised."""

    def __init__(self, runs: Sequence[AnswerRun]) -> None:
        self._runs = tuple(runs)
        self._stop_reason: str | None = None
        # A lone run is read directly: at an event a token, a task and a queue cost more than the rest of the path.
        self._unread: deque[Told] = deque()
        self._arrived = asyncio.Event()
        self._has_room = asyncio.Event()
        self._num_taken = 0  # answers that the engine has taken and not ended
        self._place = asyncio.Event()  # that one of them leaves; the next to be left has another
        self._followers: list[asyncio.Task[None]] = []
        self._digests: set[str | None] = set()  # of the versions of the adapter that answers which have ended are by

    async def __aenter__(self) -> Self:
        if len(self._runs) > 1:
            gate = asyncio.Semaphore(MOST_AT_ONCE)
            self._has_room.set()
            self._followers = [asyncio.create_task(self._follow(index, run, gate)) for index, run in enumerate(self._runs)]
            for follower in self._followers:
                follower.add_done_callback(self._note_end)
        return self

    async def __aexit__(self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None) -> None:
        await self._leave_followers()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Told:
        """Await the next event of any answer; raises EngineError."""
        if len(self._runs) == 1:
            return 0, await anext(self._runs[0])
        while not self._unread:
            for follower in self._followers:
                if follower.done():
                    follower.result()
            if all(follower.done() for follower in self._followers):
                raise StopAsyncIteration
            self._arrived.clear()
            await self._arrived.wait()
        told = self._unread.popleft()
        if len(self._unread) < MOST_UNREAD:
            self._has_room.set()
        return told

    @property
    def stopped_by(self) -> str | None:
        """What ended the answers before they ended themselves, if anything ended all of them."""
        finishes = (run.answer.finish for run in self._runs)
        return next((finish.stopped_by for finish in finishes if finish and finish.stopped_by in (TIMEOUT, SHUTDOWN)), None)

    @asynccontextmanager
    async def ending_by(self, deadline: Deadline) -> AsyncGenerator[None]:
        """At the deadline have the engine end the answers with what they have.

        Raises RequestTimedOut where that is nothing, or the engine does not. What has been drawn is then `cut_short`'s.
        """
        async with deadline.kept(grace_s=STOP_GRACE_S) as timeout:
            timer = asyncio.get_running_loop().call_at(deadline.at_s, self._time_out, timeout)
            try:
                yield
            finally:
                timer.cancel()

    def stop(self, reason: str) -> None:
        """Have the engine end the answers, if one has begun, as if they had been allowed no more tokens."""
        if self._has_begun:
            self._stop_reason = reason
            for run in self._runs:
                run.stop(reason)

    def reason_to_cut(self, error: BaseException) -> str | None:
        """Say why answers that `error` interrupts are to be `cut_short`; None where there is nothing of them, or one has failed."""
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

    async def cut_short(self, reason: str) -> list[Told]:
        """End answers whose engine does not: with the pieces that have come."""
        await self._leave_followers()
        rest = [*self._unread]
        for index, run in enumerate(self._runs):
            if run.answer.finish is None:
                rest += [(index, event) for event in await run.cut_short(reason)]
        return rest

    @property
    def _has_begun(self) -> bool:
        """Whether there is something of an answer, and something left to end."""
        answers = [run.answer for run in self._runs]
        return any(answer.num_tokens for answer in answers) and any(answer.finish is None for answer in answers)

    def _time_out(self, timeout: asyncio.Timeout) -> None:
        if self._has_begun:
            self.stop(TIMEOUT)
        elif any(run.answer.finish is None for run in self._runs):
            timeout.reschedule(asyncio.get_running_loop().time())

    async def _follow(self, index: int, run: AnswerRun, gate: asyncio.Semaphore) -> None:
        async with gate:
            while self._stop_reason is None:
                if await self._pass_on(index, run):
                    return
                await self._wait_for_place()
                run.ask_again()
            # The engine cannot end what it has not been asked for.
            self._tell(index, await run.cut_short(self._stop_reason))

    async def _pass_on(self, index: int, run: AnswerRun) -> bool:
        """Pass an answer on to its end. False where the engine has no room for it beside the others; raised where that may never change."""
        self._num_taken += 1
        try:
            while True:
                await self._has_room.wait()  # first, so that nothing is lost where this is cancelled
                event = await anext(run)
                if isinstance(event, Scored):
                    self._check_version(run, event)
                self._tell(index, [event])
        except StopAsyncIteration:
            self._place.set()
            self._place = asyncio.Event()
            return True
        except QueueFull:
            if self._num_taken == 1 and all(run.answer.finish is None for run in self._runs):
                raise
            return False
        finally:
            self._num_taken -= 1

    def _check_version(self, run: AnswerRun, end: Scored) -> None:
        """Raise AdapterConflict where answers are by two versions, one begun before the adapter was replaced: the reply names but one."""
        self._digests.add(end.finish.adapter_digest)
        if len(self._digests) > 1:
            name = run.answer.served.id
            message = f"The adapter {name!r} was replaced while it gave the answers to this request: ask again to have all of one version."
            raise AdapterConflict(message, code="adapter_replaced")

    async def _wait_for_place(self) -> None:
        """Wait until an answer of the request has ended; where the engine has none of them, for a while."""
        with suppress(TimeoutError):
            async with asyncio.timeout(None if self._num_taken else RETRY_S):
                await self._place.wait()

    def _tell(self, index: int, events: Sequence[PromptRead | Piece | Scored]) -> None:
        self._unread += ((index, event) for event in events)
        if len(self._unread) >= MOST_UNREAD:
            self._has_room.clear()
        self._arrived.set()

    def _note_end(self, _follower: asyncio.Task[None]) -> None:
        self._arrived.set()

    async def _leave_followers(self) -> None:
        for follower in self._followers:
            follower.cancel()
        await asyncio.gather(*self._followers, return_exceptions=True)
