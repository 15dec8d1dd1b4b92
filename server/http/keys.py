"""API keys: a bearer token on every route but the health checks, for probes, and the board's page, which holds no data."""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from typing import Any

from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Receive, Scope, Send

from server.errors import InvalidApiKey
from server.http.headers import RawHeaders, find_header
from server.settings.values import Secret

OPEN_PATHS = ("", "/health", "/health/live", "/health/ready")  # without the last slash: the first is the board's page
MANAGEMENT = "management"  # in a route's opt: it changes what is served, and wants the admin key where there is one


class ApiKeyMiddleware(ASGIMiddleware):
    """Refuses requests without a key that their route takes.

    Management routes take the admin key alone, the others any key. Where no key is set that a route could want, it is open.
    """

    scopes = (ScopeType.HTTP,)

    def __init__(self, keys: Sequence[Secret], admin_key: Secret | None) -> None:
        # Digests have one length, so a comparison takes the same time for any token.
        ordinary = tuple(_digest(key.value.encode()) for key in keys)
        admin = (_digest(admin_key.value.encode()),) if admin_key else ()
        self._ordinary = (*ordinary, *admin) if ordinary else ()
        self._management = admin or ordinary

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Pass the request on, or raise InvalidApiKey."""
        if taken := self._list_taken(scope["route_handler"].opt, scope["path"]):
            self._check(scope["headers"], taken)
        await next_app(scope, receive, send)

    def wants_key(self, opt: Mapping[str, Any], path: str) -> bool:
        """Say whether a route with this opt, at this path, refuses requests without a key."""
        return bool(self._list_taken(opt, path))

    def _list_taken(self, opt: Mapping[str, Any], path: str) -> Sequence[bytes]:
        if path.rstrip("/") in OPEN_PATHS:
            return ()
        return self._management if MANAGEMENT in opt else self._ordinary

    def _check(self, headers: RawHeaders, taken: Sequence[bytes]) -> None:
        scheme, _, token = find_header(headers, b"authorization").partition(b" ")
        if scheme.lower() != b"bearer" or not token:
            raise InvalidApiKey("No API key was sent: expected the header Authorization: Bearer KEY.")
        digest = _digest(token.strip())
        # All keys are compared, whichever matches.
        if sum([hmac.compare_digest(digest, known) for known in taken]):
            return
        if any(hmac.compare_digest(digest, known) for known in self._ordinary):
            raise InvalidApiKey("The API key that was sent is good, but loading and unloading adapters takes the admin key.")
        raise InvalidApiKey("The API key that was sent is not one this server takes.")


def _digest(token: bytes) -> bytes:
    return hashlib.sha256(token).digest()
