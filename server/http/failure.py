"""From any exception to OpenAI's error envelope and a line in the log: the one place that decides what clients are told."""

import logging
import re

import msgspec
from litestar.exceptions import HTTPException, MethodNotAllowedException

from server.engine.errors import (
    AdapterNotReloaded,
    AdapterWithdrawn,
    EngineUnavailable,
    InvalidGeneration,
    LogitsNotFinite,
    QueueFull,
    UnknownAdapter,
)
from server.errors import MAX_MESSAGE_LENGTH, ApiError, ClientDisconnected, ModelNotFound
from server.wire.error_body import ErrorBody, ErrorDetail

logger = logging.getLogger(__name__)

MAX_PARAM_LENGTH = 200
_FIELD_PATH = re.compile(r"[\w.\[\]]{1,80}", re.ASCII)


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    """An error as it goes over the wire."""

    status: int
    body: ErrorBody
    headers: dict[str, str] = {}


def to_failure(exc: Exception) -> Failure:
    """Translate any exception, giving away nothing internal."""
    match exc:
        case ApiError():
            return _fail(
                exc.status, str(exc), type=exc.type, param=exc.param, code=exc.code, headers=dict(exc.headers), max_length=exc.max_length
            )
        case InvalidGeneration():
            return _fail(400, str(exc), param=exc.param, code=exc.code)
        case UnknownAdapter():
            return to_failure(ModelNotFound(exc.name))
        case AdapterNotReloaded():
            # OpenAI's SDKs ask again after a 409, which comes to the same until somebody has loaded or unloaded it.
            return _fail(409, str(exc), param="model", code=exc.code, headers={"x-should-retry": "false"})
        case AdapterWithdrawn():
            return _fail(409, str(exc), type="server_error", code="adapter_withdrawn")  # the client did nothing wrong
        case QueueFull():
            retry = {"retry-after": str(exc.retry_after_s)}
            return _fail(429, str(exc), type="rate_limit_error", code="rate_limit_exceeded", headers=retry)
        case LogitsNotFinite():
            # OpenAI's SDKs ask again after a 500, unless they are told not to.
            return _fail(500, str(exc), type="server_error", code="logits_not_finite", headers={"x-should-retry": "false"})
        case EngineUnavailable():
            return _fail(503, str(exc), type="server_error", code="engine_unavailable")
        case ClientDisconnected():
            return _fail(400, "The client went away before its request was whole.")  # read by nobody
        case MethodNotAllowedException():
            # Litestar gives the methods in the order of a set.
            allowed = ", ".join(sorted((exc.headers or {}).get("allow", "").split(", ")))
            return _fail(405, f"Method not allowed here; allowed are: {allowed}.", code="method_not_allowed", headers={"allow": allowed})
        case HTTPException() if exc.status_code < 500:
            return _fail(exc.status_code, exc.detail)
        case _:
            text = "The server failed on this request; its log says why, under this answer's x-request-id."
            return _fail(500, text, type="server_error", code="internal_error")


def log_failure(exc: Exception, failure: Failure, *, request_id: str) -> None:
    """Log what was translated: with its traceback where the fault is ours.

    Otherwise without the message, which quotes the client: a log holds no prompts, and no line that a client wrote.
    """
    error = failure.body.error
    if failure.status == 500:
        logger.error("req_%s: answered 500", request_id, exc_info=exc)
    else:
        place = f" at {error.param}" if error.param and _FIELD_PATH.fullmatch(error.param) else ""
        logger.info("req_%s: answered %d %s%s", request_id, failure.status, error.code or error.type, place)


def _fail(
    status: int,
    message: str,
    *,
    type: str = "invalid_request_error",
    param: str | None = None,
    code: str | int | None = None,
    headers: dict[str, str] | None = None,
    max_length: int = MAX_MESSAGE_LENGTH,
) -> Failure:
    shown_param = param and _shorten(param, MAX_PARAM_LENGTH)
    detail = ErrorDetail(message=_shorten(message, max_length), type=type, param=shown_param, code=code)
    return Failure(status=status, body=ErrorBody(error=detail), headers=headers or {})


def _shorten(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[: length - 1]}…"
