"""Cross-origin requests: which web pages may use the server from a browser."""

from collections.abc import Sequence

from litestar.config.cors import CORSConfig

# What a browser's client reads beside the headers that every page may read. OpenAI's SDKs look at all but the last.
EXPOSED_HEADERS = ("x-request-id", "retry-after", "x-should-retry", "x-candor-accepted")


def allow_origins(origins: Sequence[str]) -> CORSConfig | None:
    """Let pages of these origins in, and send no CORS header where there are none.

    Litestar answers preflights in front of its router, and so before the key check, which they could not pass: a browser sends no key with
    them. What the page then sends with its request is for the route to judge; cookies mean nothing to this server.
    """
    if not origins:
        return None
    return CORSConfig(allow_origins=list(origins), expose_headers=list(EXPOSED_HEADERS))
