"""The address of an OpenAI-compatible API, as people write it and as it is asked."""

import re
from ipaddress import ip_address
from urllib.parse import parse_qsl, urlsplit, urlunsplit

ROUTE = "/chat/completions"
PASTED = re.compile(r"/chat/completions$|(?<=/v1)/(?:completions|models|responses)$")
KEY_NAMES = re.compile(r"key|token|secret|passw|^sig|^code$|credential", re.IGNORECASE)  # of a query that would end up in reports


def read_api_root(url: str) -> str:
    """Turn a URL as people have it into the API's root: what stands before `/chat/completions`.

    A bare `http://host:8000` gets `/v1`; one with a path is taken as it stands, without what was pasted of a route, and keeps a query
    such as `?api-version=`. Raises ValueError, its message fit for the person who wrote the URL.
    """
    parts = urlsplit(url.strip())
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"expected a URL such as http://127.0.0.1:8000, got {url!r}")
    if parts.username is not None:
        raise ValueError("expected a URL without a user or password: give the key through --api-key or OPENAI_API_KEY")
    if parts.fragment:
        raise ValueError(f"expected a URL without #, got {url!r}")
    if secret := next((name for name, _ in parse_qsl(parts.query, keep_blank_values=True) if KEY_NAMES.search(name)), None):
        raise ValueError(
            f"expected a URL without a key in it, got one with {secret!r}: reports name the URL; give it with --api-key or --header"
        )
    try:
        _ = parts.port
    except ValueError as exc:
        raise ValueError(f"expected a port from 0 to 65535, got {url!r}") from exc
    path = parts.path.rstrip("/")
    root = PASTED.sub("", path).rstrip("/") if path else "/v1"
    return urlunsplit((parts.scheme, parts.netloc, root, parts.query, ""))


def plain_url(root: str) -> str:
    """Write a root so that `read_api_root` reads it again: as short as can be."""
    parts = urlsplit(root)
    path = {"/v1": "", "": ROUTE}.get(parts.path, parts.path)
    return urlunsplit(parts._replace(path=path))


def other_form(root: str) -> str:
    """Add the closing `/v1`, or take it away: what is asked where the first form is not found."""
    parts = urlsplit(root)
    path = parts.path.removesuffix("/v1") if parts.path.endswith("/v1") else f"{parts.path}/v1"
    return urlunsplit(parts._replace(path=path))


def split_query(root: str) -> tuple[str, dict[str, str]]:
    """Part a root from the query that goes with each request."""
    parts = urlsplit(root)
    return urlunsplit(parts._replace(query="")), dict(parse_qsl(parts.query, keep_blank_values=True))


def route_url(root: str, route: str = ROUTE) -> str:
    """Write the whole URL of a route."""
    parts = urlsplit(root)
    return urlunsplit(parts._replace(path=parts.path + route))


def is_same_server(url: str, other: str) -> bool:
    """Say whether two URLs are of one server, by scheme, host and port."""
    ports = {"http": 80, "https": 443}
    (one, two) = ((parts.scheme, parts.hostname, parts.port or ports.get(parts.scheme)) for parts in map(urlsplit, (url, other)))
    return one == two


def is_loopback(root: str) -> bool:
    """Say whether the address is this very machine, which no proxy can reach."""
    host = urlsplit(root).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
