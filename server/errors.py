"""What can go wrong between a request and its answer, and the one place that turns it into OpenAI's envelope.

ApiError
├── InvalidRequest       the body or a header is at fault: names the field (400)
├── InvalidApiKey        no key, or not one of ours (401)
├── ModelNotFound        no such model or adapter (404)
├── AdapterRefused       an adapter cannot be served: lists all that is wrong with it (400)
├── AdapterMissing       there is no adapter where one is to be loaded from (400)
├── AdapterConflict      adapters are not as a load or unload needs them (409)
├── VllmRefusal          what vLLM says to the same request, by the letter
├── RouteNotFound        no such route, or not yet (404)
├── BodyTimedOut         the body came too slowly (408)
├── BodyTooLarge         (413)
└── RequestTimedOut      the answer took too long (504)
ClientDisconnected       nobody is left to answer

An engine's errors are in `server/engine/errors.py`, an adapter's in `adapters/errors.py`, Litestar's are its HTTPException.
"""

import logging
import re

import msgspec
from litestar.exceptions import HTTPException, MethodNotAllowedException

from server.engine.errors import AdapterWithdrawn, EngineUnavailable, InvalidGeneration, QueueFull, UnknownAdapter
from server.wire.error_body import ErrorBody, ErrorDetail

logger = logging.getLogger(__name__)

MAX_MESSAGE_LENGTH = 1000  # messages quote what the client sent, which may be megabytes
MAX_PARAM_LENGTH = 200
_FIELD_PATH = re.compile(r"[\w.\[\]]{1,80}", re.ASCII)


class ApiError(Exception):
    """A failure that clients are told about in full."""

    status = 400
    type = "invalid_request_error"
    param: str | None = None
    code: str | int | None = None
    headers: tuple[tuple[str, str], ...] = ()
    max_length = MAX_MESSAGE_LENGTH


class InvalidRequest(ApiError):
    """The request cannot be served as it stands."""

    def __init__(self, message: str, *, param: str | None = None, code: str | None = None) -> None:
        super().__init__(message)
        self.param = param
        self.code = code


class InvalidApiKey(ApiError):
    """The bearer token is missing or wrong."""

    status = 401
    code = "invalid_api_key"
    headers = (("www-authenticate", "Bearer"),)


class ModelNotFound(ApiError):
    """No model or adapter has this name."""

    status = 404
    code = "model_not_found"

    def __init__(self, name: str, *, param: str = "model") -> None:
        kind = "model" if param == "model" else "adapter"
        super().__init__(f"The {kind} {name!r} does not exist; GET /v1/models lists those that do.")
        self.param = param


class AdapterRefused(InvalidRequest):
    """The adapter cannot be served; the message lists all that is wrong with it."""

    max_length = 20_000


class AdapterMissing(InvalidRequest):
    """The path lies where adapters may be loaded from, but no adapter is there."""


class AdapterConflict(ApiError):
    """The name is busy, the folder holds another content, all slots are taken, or the adapter has gone while it answered."""

    status = 409

    def __init__(self, message: str, *, code: str) -> None:
        super().__init__(message)
        self.code = code


class VllmRefusal(ApiError):
    """A refusal that tools made for vLLM know: its text and type, and the status as `code`."""

    def __init__(self, message: str, *, status: int, type: str) -> None:
        super().__init__(message)
        self.status = self.code = status
        self.type = type


class RouteNotFound(ApiError):
    """Nothing is served at this path."""

    status = 404
    code = "unknown_url"


class BodyTimedOut(ApiError):
    """The body did not arrive in time."""

    status = 408
    type = "timeout_error"
    headers = (("connection", "close"),)  # the rest of the body may still be under way


class BodyTooLarge(ApiError):
    """The body is over the limit."""

    status = 413


class RequestTimedOut(ApiError):
    """The answer was not finished in time."""

    status = 504
    type = "timeout_error"
    code = "request_timeout"


class ClientDisconnected(Exception):
    """The client went away before its answer was whole."""


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
        case AdapterWithdrawn():
            return _fail(409, str(exc), code="adapter_withdrawn")
        case QueueFull():
            retry = {"retry-after": str(exc.retry_after_s)}
            return _fail(429, str(exc), type="rate_limit_error", code="rate_limit_exceeded", headers=retry)
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
