"""What can go wrong between a request and its answer; `server/http/failure.py` turns it into OpenAI's envelope.

ApiError
├── InvalidRequest       the body or a header is at fault: names the field (400)
├── InvalidApiKey        no key, or not one of ours (401)
├── ModelNotFound        no such model or adapter (404)
├── AdapterRefused       an adapter cannot be served: lists all that is wrong with it (400)
├── AdapterMissing       there is no adapter where one is to be loaded from (400)
├── AdapterConflict      adapters are not as a load or unload needs them (409)
├── VllmRefusal          what vLLM says to the same request, by the letter
├── RouteNotFound        no such route (404)
├── RouteNotBuilt        a route of OpenAI's that candor does not have (501)
├── BodyTimedOut         the body came too slowly (408)
├── BodyTooLarge         (413)
└── RequestTimedOut      the answer took too long (504)
ClientDisconnected       nobody is left to answer

An engine's errors are in `server/engine/errors.py`, an adapter's in `adapters/errors.py`, Litestar's are its HTTPException.
"""

MAX_MESSAGE_LENGTH = 1000  # messages quote what the client sent, which may be megabytes


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


class RouteNotBuilt(ApiError):
    """OpenAI serves this path, and candor does not."""

    status = 501
    type = "not_implemented_error"
    code = "not_implemented"
    headers = (("x-should-retry", "false"),)  # OpenAI's SDKs ask again at any status from 500 up, unless they are told not to


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
