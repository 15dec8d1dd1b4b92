"""The address of an OpenAI-compatible API, as people write it and as the SDK wants it."""

from ipaddress import ip_address
from urllib.parse import urlsplit, urlunsplit


def read_api_root(url: str) -> str:
    """Turn `http://host:8000`, with or without `/v1` and a closing slash, into `http://host:8000/v1`.

    Raises ValueError, its message fit for the person who wrote the URL.
    """
    parts = urlsplit(url.strip())
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"expected a URL such as http://127.0.0.1:8000, got {url!r}")
    if parts.username is not None:
        raise ValueError("expected a URL without a user or password: give the key through --api-key or OPENAI_API_KEY")
    if parts.query or parts.fragment:
        raise ValueError(f"expected a URL without ? or #, got {url!r}")
    try:
        _ = parts.port
    except ValueError as exc:
        raise ValueError(f"expected a port from 0 to 65535, got {url!r}") from exc
    path = parts.path.rstrip("/")
    return urlunsplit((parts.scheme, parts.netloc, path if path.endswith("/v1") else f"{path}/v1", "", ""))


def is_loopback(root: str) -> bool:
    """Say whether the address is this very machine, which no proxy can reach."""
    host = urlsplit(root).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
