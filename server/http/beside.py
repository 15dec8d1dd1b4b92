"""Work for which everybody would wait on the event loop."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")
MUCH = 2000  # values to be looked at one by one, at 5 to 10 µs each


async def do_beside(num_values: int, work: Callable[[], T]) -> T:
    """Do it at once, or where there is much of it on a thread."""
    return work() if num_values <= MUCH else await asyncio.to_thread(work)
