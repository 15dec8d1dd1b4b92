"""The OpenAI SDK's client, opened for measuring: one attempt a request, and no proxy between it and the own machine."""

import asyncio
from typing import Any

import msgspec
import openai

from clients.asking.credentials import Credentials
from clients.asking.endpoint import is_loopback, is_same_server, plain_url, split_query
from clients.asking.error_words import read_error_words
from clients.errors import EndpointFailure

CONNECT_TIMEOUT_S = 10.0
LISTING_TIMEOUT_S = 30.0
LISTING_RETRIES = 2
NO_KEY = "none"  # the SDK insists on a key; it is not sent


class ListedModel(msgspec.Struct, frozen=True, kw_only=True):
    """A model that an endpoint lists; `parent`, its base, and `digest` are what candor says of an adapter."""

    id: str
    parent: str | None = None
    digest: str | None = None


class ModelList(msgspec.Struct, frozen=True, kw_only=True):
    """The body of `/v1/models`."""

    data: list[ListedModel]


def connect(root: str, credentials: Credentials) -> openai.AsyncOpenAI:
    """Open a client that tries once; patience and deadlines are the callers', over all attempts together."""
    url, query = split_query(root)

    async def dress(request: Any) -> None:
        """Put the headers on, and take the SDK's key off where there is none; whoever we are sent on to gets neither."""
        is_ours = is_same_server(str(request.url), root)
        if credentials.api_key is None or not is_ours:
            request.headers.pop("authorization", None)
        for name, value in credentials.headers.items():
            request.headers.pop(name, None)  # what a redirect has taken over
            if is_ours:
                request.headers[name] = value

    return openai.AsyncOpenAI(
        base_url=url,
        api_key=credentials.api_key or NO_KEY,
        default_query=query,
        max_retries=0,
        timeout=openai.Timeout(None, connect=CONNECT_TIMEOUT_S),
        http_client=openai.DefaultAsyncHttpxClient(trust_env=not is_loopback(root), event_hooks={"request": [dress]}),
    )


async def list_models(
    client: openai.AsyncOpenAI, credentials: Credentials, *, is_guess: bool = False, is_needed: bool = True
) -> tuple[ListedModel, ...]:
    """Ask what the endpoint serves; nothing when it answers but keeps no list. A guess at the address raises nothing.

    Nor does a key that may ask models but not list them, where the list is not needed to choose one.
    """
    try:
        async with asyncio.timeout(LISTING_TIMEOUT_S):
            response = await client.with_options(max_retries=0 if is_guess else LISTING_RETRIES).models.with_raw_response.list()
        return tuple(msgspec.json.decode(response.content, type=ModelList).data)
    except (openai.APIError, TimeoutError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as exc:
        if not is_guess and (words := _why_unlisted(exc, client, is_needed=is_needed)):
            raise EndpointFailure(credentials.conceal(words)) from exc
        return ()


def _why_unlisted(error: Exception, client: openai.AsyncOpenAI, *, is_needed: bool) -> str | None:
    """Say what no question will get past either; None where the endpoint merely keeps no list."""
    if isinstance(error, TimeoutError):
        return f"{client.base_url}models does not answer within {LISTING_TIMEOUT_S:g} s"
    if isinstance(error, openai.APIConnectionError):
        return f"cannot reach {client.base_url}: {describe(error)}; is the server running?"
    if is_needed and isinstance(error, openai.AuthenticationError | openai.PermissionDeniedError):
        return refused_key(describe(error))
    return None


def refused_key(words: str) -> str:
    """Say that an endpoint refuses the key, and what to do about it."""
    return f"the endpoint refuses the key: {words}; give one with --api-key or OPENAI_API_KEY, or with --header where it wants another name"


def describe(error: openai.APIError) -> str:
    """Put an error of the SDK into one line, with the endpoint's own words where it has any."""
    if isinstance(error, openai.APIStatusError):
        words = f"HTTP {error.status_code}: {read_error_words(error.body or error.response.text)}"
        return f"{words} (redirected to {plain_url(str(error.response.url))})" if error.response.history else words
    return read_error_words(f"{error.message} {error.__cause__ or ''}")
