"""A candor server's adapters, over `/v1/adapters`."""

import asyncio
from collections.abc import Awaitable
from typing import Any, TypeVar
from urllib.parse import quote

import msgspec
import openai

from clients.asking.connection import describe
from clients.asking.endpoint import other_form
from clients.errors import EndpointFailure, UsageFault

CHANGE_TIMEOUT_S = 120.0  # to read and check an adapter's files, or for the requests of one that goes
BUSY_PAUSE_S = 0.5
NUM_TRIES = 20  # to unload a name that the server is still busy with

T = TypeVar("T")


class AdapterCard(msgspec.Struct, frozen=True, kw_only=True):
    """What the server says of an adapter, as far as it is read here."""

    name: str
    path: str
    digest: str
    parent: str  # the base
    training: Any = None  # what its files tell of it


class AdapterCards(msgspec.Struct, frozen=True, kw_only=True):
    """The body of the list."""

    data: list[AdapterCard]


class ContentChanged(Exception):
    """The files are not the content that was to be served."""


class AdapterApi:
    """Lists, loads and unloads. What the server refuses is a ClientError."""

    def __init__(self, client: openai.AsyncOpenAI) -> None:
        self._client = client

    async def list(self) -> dict[str, AdapterCard]:
        """Give the adapters that are served, by name."""
        try:
            body = await self._call("list adapters", self._client.get("/adapters", cast_to=object))
        except EndpointFailure as exc:
            if not isinstance(exc.__cause__, openai.NotFoundError):
                raise
            # The address may be meant with the closing `/v1`, or without.
            client = self._client.with_options(base_url=other_form(str(self._client.base_url).rstrip("/")))
            try:
                body = await self._call("list adapters", client.get("/adapters", cast_to=object))
            except EndpointFailure:
                raise exc from exc.__cause__
            self._client = client
        return {card.name: card for card in _read(body, AdapterCards).data}

    async def load(self, name: str, path: str, *, digest: str | None = None) -> AdapterCard:
        """Serve what lies in `path` as `name`.

        With `digest` the server itself sees to it that it is this very content; raises ContentChanged where it is not.
        """
        body = {"name": name, "path": path} | ({"digest": digest} if digest else {})
        answer = await self._call(f"load {path} as {name}", self._client.post("/adapters", body=body, cast_to=object))
        card = _read(answer, AdapterCard)
        if digest not in (None, card.digest):
            raise EndpointFailure(f"asked for {digest}, the server now serves {card.digest} as {name}: look at it at once")
        return card

    async def unload(self, name: str) -> None:
        """Serve `name` no longer; it is no fault where it is not there."""
        for _ in range(NUM_TRIES):
            try:
                await self._call(f"unload {name}", self._client.delete(f"/adapters/{quote(name)}", cast_to=object))
            except EndpointFailure as exc:
                status = exc.__cause__.status_code if isinstance(exc.__cause__, openai.APIStatusError) else None
                if status == 404:
                    return
                if status != 409:
                    raise
                failure = exc
                await asyncio.sleep(BUSY_PAUSE_S)
            else:
                return
        raise failure

    async def _call(self, what: str, asked: Awaitable[T]) -> T:
        try:
            async with asyncio.timeout(CHANGE_TIMEOUT_S):
                return await asked
        except TimeoutError as exc:
            raise EndpointFailure(f"could not {what}: no answer within {CHANGE_TIMEOUT_S:g} s") from exc
        except (openai.AuthenticationError, openai.PermissionDeniedError) as exc:
            raise EndpointFailure(f"could not {what}: {describe(exc)} Give the key with --admin-key or CANDOR_ADMIN_KEY") from exc
        except openai.BadRequestError as exc:
            raise UsageFault(f"could not {what}: {describe(exc)}") from exc
        except openai.ConflictError as exc:
            if exc.code == "adapter_changed":
                raise ContentChanged(describe(exc)) from exc
            raise EndpointFailure(f"could not {what}: {describe(exc)}") from exc
        except openai.APIError as exc:
            raise EndpointFailure(f"could not {what} at {self._client.base_url}: {describe(exc)}") from exc


def _read(body: object, kind: type[T]) -> T:
    try:
        return msgspec.convert(body, kind)
    except msgspec.ValidationError as exc:
        raise EndpointFailure(f"the answer about adapters is not as candor's: {exc}") from exc
