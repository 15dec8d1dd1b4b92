"""The application on a socket: bound before the model loads, announced when it answers, drained on SIGTERM."""

import asyncio
import contextlib
import gc
import logging
import math
import socket
from collections.abc import Sequence
from types import FrameType

import uvicorn
from litestar.types import ASGIApp

from server.engine.protocol import ServedModel
from server.http.protocol import EnvelopeProtocol

FLUSH_S = 2.0


class BindError(Exception):
    """The address cannot be listened on; the message is for people."""


class AnnouncingServer(uvicorn.Server):
    """uvicorn's server that says, once it answers, where and what it serves."""

    def __init__(self, config: uvicorn.Config, announcement: str) -> None:
        super().__init__(config)
        self._announcement = announcement

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start as uvicorn does, then print. Raises BindError if another process was faster to listen."""
        try:
            await super().startup(sockets)
        except OSError as exc:
            await self.lifespan.shutdown()
            raise BindError(f"cannot listen: {exc.strerror or exc}; choose another address with --host and --port") from exc
        if self.started:
            print(self._announcement, flush=True)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Wait no longer when told twice to stop, by whatever signal: uvicorn takes a second SIGTERM for the first."""
        if self.should_exit:
            self.force_exit = True
        super().handle_exit(sig, frame)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop as uvicorn does, and close the engine also when told twice: its thread must not be there when Python ends."""
        await super().shutdown(sockets)
        if self.force_exit:
            await self.lifespan.shutdown()
            # What still runs ends with what it has, as it does when the loop is closed: a second SIGTERM ends the process before that.
            if tasks := list(self.server_state.tasks):
                for task in tasks:
                    task.cancel()
                await asyncio.wait(tasks, timeout=FLUSH_S)


def bind(host: str, port: int) -> socket.socket:
    """Take the address; raises BindError. Done before a model is loaded, which may take minutes."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        with contextlib.ExitStack() as on_error:
            listener = on_error.enter_context(socket.socket(family, kind, protocol))
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
            on_error.pop_all()
    except OSError as exc:
        raise BindError(f"cannot listen on {host} port {port}: {exc.strerror or exc}; choose another with --host and --port") from exc
    return listener


def serve(app: ASGIApp, listener: socket.socket, *, models: Sequence[ServedModel], grace_s: float) -> None:
    """Announce `models` and serve until a signal; then let running requests end for up to `grace_s` seconds. Raises BindError."""
    config = uvicorn.Config(
        app,
        http=EnvelopeProtocol,
        lifespan="on",
        ws="none",
        log_config=None,
        timeout_graceful_shutdown=math.ceil(grace_s),
    )
    base, *adapters = (model.id for model in models)
    # What is there now stays: looking through it again and again would hold everybody up. The few thousand objects of a start that could
    # go are not looked for, which takes a tenth of a second; none of them holds an array.
    gc.freeze()
    gc.enable()
    names = f"{base} with the adapters {', '.join(adapters)}" if adapters else base
    AnnouncingServer(config, f"serving {names} on {_spell_url(listener)}").run(sockets=[listener])


def configure_logging() -> None:
    """Send everybody's log lines to stderr in one form."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("uvicorn.access").addFilter(is_worth_a_line)


def is_worth_a_line(record: logging.LogRecord) -> bool:
    """Leave out what an open board asks every other second, unless it was refused."""
    match record.args:
        case (_, _, str(path), _, int(status)):
            return status >= 400 or not path.startswith("/board/state")
    return True


def _spell_url(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
