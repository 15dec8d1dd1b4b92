"""The longest a request may take."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from server.errors import RequestTimedOut


class Deadline:
    """A moment by which a request is to be answered, on the running loop's clock."""

    def __init__(self, limit_s: float) -> None:
        self._limit_s = limit_s
        self.at_s = asyncio.get_running_loop().time() + limit_s

    @asynccontextmanager
    async def kept(self, *, grace_s: float = 0.0) -> AsyncGenerator[asyncio.Timeout]:
        """Cancel what runs inside when the deadline and `grace_s` seconds have passed, and raise RequestTimedOut."""
        try:
            async with asyncio.timeout_at(self.at_s + grace_s) as timeout:
                yield timeout
        except TimeoutError as exc:
            if not timeout.expired():
                raise
            raise RequestTimedOut(f"The request was not answered within {self._limit_s:g} s.") from exc
