"""The longest a request may take."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from server.errors import RequestTimedOut


@asynccontextmanager
async def answer_within(limit_s: float) -> AsyncGenerator[None]:
    """Cancel what runs inside after `limit_s` seconds and raise RequestTimedOut."""
    try:
        async with asyncio.timeout(limit_s) as deadline:
            yield
    except TimeoutError as exc:
        if not deadline.expired():
            raise
        raise RequestTimedOut(f"The request was not answered within {limit_s:g} s.") from exc
