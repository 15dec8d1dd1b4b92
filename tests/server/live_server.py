"""The application on a real uvicorn, in a thread, on a free loopback port."""

import asyncio
import socket
import threading
from collections.abc import Coroutine
from types import TracebackType
from typing import Any, Self, TypeVar

import httpx
import uvicorn

from server.app import create_app
from server.engine.protocol import Engine
from server.http.protocol import EnvelopeProtocol
from server.http.serving import bind
from server.settings.settings import Settings

T = TypeVar("T")
TIMEOUT_S = 10.0


class SignallingServer(uvicorn.Server):
    """Tells other threads when it answers."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.has_started = threading.Event()
        self.loop: asyncio.AbstractEventLoop | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        self.loop = asyncio.get_running_loop()
        await super().startup(sockets)
        self.has_started.set()


class LiveServer:
    """Serves an engine while the `with` lasts."""

    def __init__(self, engine: Engine, settings: Settings | None = None) -> None:
        self._listener = bind("127.0.0.1", 0)
        self.port: int = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        config = uvicorn.Config(
            create_app(engine, settings or Settings()), log_config=None, http=EnvelopeProtocol, lifespan="on", ws="none"
        )
        self._server = SignallingServer(config)
        self._thread = threading.Thread(target=self._server.run, args=([self._listener],))

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._server.has_started.wait(TIMEOUT_S)
        return self

    def __exit__(self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None) -> None:
        self._server.should_exit = True
        self._thread.join(TIMEOUT_S)
        assert not self._thread.is_alive()

    def connect(self) -> httpx.Client:
        """Open a client on the server."""
        return httpx.Client(base_url=self.url, timeout=TIMEOUT_S)

    def shrink_send_buffers(self) -> None:
        """Have `send` wait after a few kilobytes, on connections from now on, where a client does not read."""
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine on the server's loop and give its result."""
        assert self._server.loop is not None
        return asyncio.run_coroutine_threadsafe(coroutine, self._server.loop).result(TIMEOUT_S)

    def set(self, event: asyncio.Event) -> None:
        """Set an event that the server's loop waits for."""
        assert self._server.loop is not None
        self._server.loop.call_soon_threadsafe(event.set)
