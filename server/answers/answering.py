"""Starts the runs of one engine, all watched alike."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

from server.answers.answer import Answer
from server.answers.group import RunGroup
from server.answers.outcome import SHUTDOWN
from server.answers.run import AnswerRun
from server.answers.watcher import Watch
from server.engine.protocol import Engine


class Answering:
    """Knows the answers that are being made, so that all can be told to end."""

    def __init__(self, engine: Engine, watches: Sequence[Watch]) -> None:
        self._engine = engine
        self._watches = tuple(watches)
        self._open: set[RunGroup] = set()

    @asynccontextmanager
    async def run(self, answers: Sequence[Answer]) -> AsyncGenerator[RunGroup]:
        """Begin the answers of a request; they are cancelled where their end has not come when this ends."""
        async with AsyncExitStack() as stack:
            runs = [await stack.enter_async_context(AnswerRun(self._engine, answer, self._watches)) for answer in answers]
            group = await stack.enter_async_context(RunGroup(runs))
            self._open.add(group)
            try:
                yield group
            finally:
                self._open.discard(group)

    def stop_all(self) -> None:
        """Have every answer that has begun end with what there is: the server stops now."""
        for group in self._open:
            group.stop(SHUTDOWN)
