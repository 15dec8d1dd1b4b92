"""How an answer, or a request for one, ended."""

import asyncio
from typing import Literal

from server.engine.errors import LogitsNotFinite
from server.errors import ClientDisconnected
from server.http.failure import to_failure

Outcome = Literal["completed", "invalid", "rejected", "disconnected", "timed_out", "failed", "not_finite"]
OUTCOMES: tuple[Outcome, ...] = ("completed", "invalid", "rejected", "disconnected", "timed_out", "failed", "not_finite")

# Reasons for which a run has its answer stopped; the guard's are the names of flags.
TIMEOUT = "timeout"
SHUTDOWN = "shutdown"


def name_outcome(error: BaseException | None, *, stopped_by: str | None = None) -> Outcome:
    """Name it by the error that ended it, or by what its answer was stopped by."""
    match error:
        case None:
            return _name_ending(stopped_by)
        case ClientDisconnected() | asyncio.CancelledError() | GeneratorExit():
            return "disconnected"
        case LogitsNotFinite():
            return "not_finite"
        case Exception():
            return _name_status(to_failure(error).status)
        case _:
            return "failed"


def _name_ending(stopped_by: str | None) -> Outcome:
    if stopped_by == TIMEOUT:
        return "timed_out"
    return "rejected" if stopped_by == SHUTDOWN else "completed"


def _name_status(status: int) -> Outcome:
    if status in (409, 429, 503):
        return "rejected"
    if status in (408, 504):
        return "timed_out"
    return "invalid" if status < 500 else "failed"
