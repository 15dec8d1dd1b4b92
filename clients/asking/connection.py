"""The OpenAI SDK's client, opened for measuring: one attempt a request, and no proxy between it and the own machine."""

import asyncio

import msgspec
import openai

from clients.asking.endpoint import is_loopback
from clients.asking.error_words import read_error_words
from clients.errors import EndpointFailure

CONNECT_TIMEOUT_S = 10.0
LISTING_TIMEOUT_S = 30.0
LISTING_RETRIES = 2
NO_KEY = "none"  # the SDK insists on a key; an endpoint without keys does not look at it


class ListedModel(msgspec.Struct, frozen=True, kw_only=True):
    """A model that an endpoint lists; `parent`, its base, and `digest` are what candor says of an adapter."""

    id: str
    parent: str | None = None
    digest: str | None = None


class ModelList(msgspec.Struct, frozen=True, kw_only=True):
    """The body of `/v1/models`."""

    data: list[ListedModel]


def connect(root: str, api_key: str | None) -> openai.AsyncOpenAI:
    """Open a client that tries once; patience and deadlines are the callers', over all attempts together."""
    return openai.AsyncOpenAI(
        base_url=root,
        api_key=api_key or NO_KEY,
        max_retries=0,
        timeout=openai.Timeout(None, connect=CONNECT_TIMEOUT_S),
        http_client=openai.DefaultAsyncHttpxClient(trust_env=not is_loopback(root)),
    )


async def list_models(client: openai.AsyncOpenAI) -> tuple[ListedModel, ...]:
    """Ask what the endpoint serves; nothing when it answers but keeps no list."""
    try:
        async with asyncio.timeout(LISTING_TIMEOUT_S):
            response = await client.with_options(max_retries=LISTING_RETRIES).models.with_raw_response.list()
        return tuple(msgspec.json.decode(response.content, type=ModelList).data)
    except TimeoutError as exc:
        raise EndpointFailure(f"{client.base_url}models does not answer within {LISTING_TIMEOUT_S:g} s") from exc
    except openai.APIConnectionError as exc:
        raise EndpointFailure(f"cannot reach {client.base_url}: {describe(exc)}; is the server running?") from exc
    except (openai.AuthenticationError, openai.PermissionDeniedError) as exc:
        raise EndpointFailure(word_refusal(exc)) from exc
    except (openai.APIStatusError, msgspec.MsgspecError, UnicodeDecodeError):
        return ()


def word_refusal(error: openai.APIStatusError) -> str:
    """Say what an endpoint refuses for good, and what to do about it."""
    if isinstance(error, openai.NotFoundError):
        return f"the endpoint does not know the model or the route: {describe(error)}"
    return f"the endpoint refuses the key: {describe(error)}; give one with --api-key or OPENAI_API_KEY"


def describe(error: openai.APIError) -> str:
    """Put an error of the SDK into one line, with the endpoint's own words where it has any."""
    if isinstance(error, openai.APIStatusError):
        return f"HTTP {error.status_code}: {read_error_words(error.body or error.response.text)}"
    return read_error_words(f"{error.message} {error.__cause__ or ''}")
