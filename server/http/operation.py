"""What a route says of itself in the OpenAPI document, beside its paths, methods and docstring.

Its handler's signature does not show it: bodies are read from the raw request, within limits of size and time, and a chat's answer goes
straight to the socket. Litestar's own generator would leave both out, and describe refusals as Litestar's instead of OpenAI's.
"""

from typing import Any

import msgspec

OPERATION = "operation"  # in a route's opt
JSON = "application/json"


class Query(msgspec.Struct, frozen=True, kw_only=True):
    """A parameter of the URL's query."""

    name: str
    type: Any
    about: str


class Operation(msgspec.Struct, frozen=True, kw_only=True):
    """Bodies are given by the types that decode and encode them."""

    request: Any = None  # of the JSON body; None: it takes none
    answers: dict[str, Any]  # of the body by its media type; of several JSON ones a union
    queries: tuple[Query, ...] = ()
    errors: tuple[int, ...] = ()  # statuses, beside those of every route and of every body
    about: str | None = None  # what the first line of the docstring does not say
