"""`GET /health/live`: the process answers. `GET /health/ready` and `/health`: a generation would be taken now."""

from typing import Literal

import msgspec
from litestar import route
from litestar.di import NamedDependency

from server.engine.errors import EngineUnavailable
from server.engine.protocol import Engine
from server.http.operation import JSON, OPERATION, Operation


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """The good answer; the bad one is a 503 in the error envelope."""

    status: Literal["live", "ready"]


@route("/health/live", http_method=["GET", "HEAD"], opt={OPERATION: Operation(answers={JSON: Health})})
async def show_liveness() -> Health:
    """Say that the event loop runs."""
    return Health(status="live")


@route(["/health/ready", "/health"], http_method=["GET", "HEAD"], opt={OPERATION: Operation(answers={JSON: Health}, errors=(503,))})
async def show_readiness(engine: NamedDependency[Engine]) -> Health:
    """Say whether the engine takes generations; raises EngineUnavailable where it does not."""
    if not engine.is_ready():
        raise EngineUnavailable("The engine takes no requests now: it is starting, draining or down.")
    return Health(status="ready")
