"""A watch on the client's end of the connection while its answer is being made."""

import asyncio
from types import TracebackType
from typing import Self

from litestar.types import Receive

from server.errors import ClientDisconnected


class DisconnectWatch:
    """Cancels what runs inside `async with` as soon as the client goes away, and then raises ClientDisconnected.

    uvicorn's `send` says nothing of a client that has gone, so only `receive` tells. Built as asyncio.timeout is.
    """

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._is_gone = False

    async def __aenter__(self) -> Self:
        task = asyncio.current_task()
        assert task is not None
        self._task = task
        self._num_cancelling = task.cancelling()
        self._watcher = asyncio.create_task(self._watch())
        return self

    async def __aexit__(self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None) -> None:
        self._watcher.cancel()
        if self._is_gone and self._task.uncancel() <= self._num_cancelling and exc_type is asyncio.CancelledError:
            raise ClientDisconnected from exc

    async def _watch(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self._is_gone = True
        self._task.cancel()
