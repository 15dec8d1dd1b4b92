"""API keys: a bearer token on every route but the health checks, which probes call without one."""

import hashlib
import hmac
from collections.abc import Iterable, Sequence

from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Receive, Scope, Send

from server.errors import InvalidApiKey
from server.settings import Secret

RawHeaders = Iterable[tuple[bytes, bytes]]
OPEN_PATHS = ("/health", "/health/live", "/health/ready")


class ApiKeyMiddleware(ASGIMiddleware):
    """Refuses requests without one of the keys; with no keys configured it is not installed."""

    scopes = (ScopeType.HTTP,)

    def __init__(self, keys: Sequence[Secret]) -> None:
        # Digests have one length, so a comparison takes the same time for any token.
        self._digests = tuple(_digest(key.value.encode()) for key in keys)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Pass the request on, or raise InvalidApiKey."""
        if scope["path"].rstrip("/") not in OPEN_PATHS:
            self._check(scope["headers"])
        await next_app(scope, receive, send)

    def _check(self, headers: RawHeaders) -> None:
        header = next((value for name, value in headers if name == b"authorization"), b"")
        scheme, _, token = header.partition(b" ")
        if scheme.lower() != b"bearer" or not token:
            raise InvalidApiKey("No API key was sent: expected the header Authorization: Bearer KEY.")
        digest = _digest(token.strip())
        # All keys are compared, whichever matches.
        if not sum([hmac.compare_digest(digest, known) for known in self._digests]):
            raise InvalidApiKey("The API key that was sent is not one this server takes.")


def _digest(token: bytes) -> bytes:
    return hashlib.sha256(token).digest()
