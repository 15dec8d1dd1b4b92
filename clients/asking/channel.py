"""One endpoint while it is asked: where it is reached, at what pace, in which words, and what it lists."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec
import openai

from clients.asking.connection import ListedModel, connect, list_models
from clients.asking.credentials import Credentials
from clients.asking.dialect import Dialect
from clients.asking.endpoint import other_form, split_query
from clients.asking.pace import Pace


class Channel:
    """What has been learnt of an endpoint so far; `open_channel` makes one."""

    def __init__(self, root: str, client: openai.AsyncOpenAI, credentials: Credentials, *, most_at_once: int) -> None:
        self.root = root  # as asked now; the other form where the given one was not found
        self.given_root = root
        self.client = client
        self.credentials = credentials
        self.pace = Pace(most_at_once)
        self.listed: tuple[ListedModel, ...] = ()
        self.is_root_sure = False  # an answer came from there
        self.answering: set[str] = set()  # models of which a reply came: they take what is said to them
        self._dialects: dict[str, Dialect] = {}

    def dialect(self, model: str) -> Dialect:
        """Find the words for a model: behind one address they may take different fields."""
        return self._dialects.setdefault(model, Dialect())

    def other_way(self) -> "Way":
        """Give the other form of the address, with or without `/v1`; the given one, where the other is asked now."""
        root = other_form(self.given_root) if self.root == self.given_root else self.given_root
        return Way(root=root, client=self.client.with_options(base_url=split_query(root)[0]))

    def take(self, way: "Way") -> None:
        """Go that way from now on."""
        self.root, self.client = way.root, way.client

    async def list_models(self, *, is_needed: bool = True) -> tuple[ListedModel, ...]:
        """Ask what the endpoint serves, at the other form of its address where the given one lists nothing. Raises EndpointFailure."""
        self.listed = await list_models(self.client, self.credentials, is_needed=is_needed)
        if not self.listed:
            way = self.other_way()
            self.listed = await list_models(way.client, self.credentials, is_guess=True)
            if self.listed:
                self.take(way)
        return self.listed


class Way(msgspec.Struct, frozen=True, kw_only=True):
    """A form of the address, and a client that goes there over the same connections."""

    root: str
    client: openai.AsyncOpenAI


@asynccontextmanager
async def open_channel(root: str, credentials: Credentials, *, most_at_once: int) -> AsyncIterator[Channel]:
    """Open the connections to an endpoint for as long as the block lasts."""
    async with connect(root, credentials) as client:
        yield Channel(root, client, credentials, most_at_once=most_at_once)
