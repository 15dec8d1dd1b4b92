"""Signs of life on a connection whose answer takes long to begin: proxies hang up on one that is silent."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")


async def beat_while_waiting(awaited: Awaitable[T], beat: Callable[[], Awaitable[None]], *, interval_s: float) -> T:
    """Await something and call `beat` whenever `interval_s` seconds have passed without it; 0 is never.

    It is awaited in a task of its own, so that it goes on under a beat, and ends before this does.
    """
    if not interval_s:
        return await awaited
    task = asyncio.ensure_future(awaited)
    try:
        while not (await asyncio.wait((task,), timeout=interval_s))[0]:
            await beat()
    except BaseException:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        raise
    return task.result()
