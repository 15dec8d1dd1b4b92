"""Requests for adapters that were evicted: who waits, whose turn it is, and who makes way.

The request that has waited longest is served first: what it lacks is loaded, one adapter after the other, where a slot is free or idle.
Where none is, the adapter that was loaded longest ago gives way: new requests for it wait as well, and it goes when those that it answers
have ended. So each has its turn however many there are, and no request waits for another that waits: what only the first has had loaded
for it is not evicted for it again, and none of it is held.
"""

import asyncio
from collections.abc import Awaitable, Callable, Set
from typing import NamedTuple

from adapters.errors import AdapterError, AdapterNotLoaded, ReloadFailed, SlotsFull
from adapters.registry import AdapterRegistry, LoadedAdapter
from server.engine.errors import EngineUnavailable

Taken = tuple[LoadedAdapter, ...]  # one a name, in their order
Reload = Callable[[str, Set[str]], Awaitable[None]]  # a name, and those that must not go for it


class Waiting(NamedTuple):
    """A request that lacks one of its adapters."""

    names: tuple[str, ...]
    taken: asyncio.Future[Taken]


class AdapterQueue:
    """Takes adapters for requests, and has those loaded again that are evicted. Owned by the event loop's thread."""

    def __init__(self, registry: AdapterRegistry, *, reload: Reload, give_back: Callable[[LoadedAdapter], None]) -> None:
        self._registry = registry
        self._reload = reload
        self._give_back = give_back
        self._waiting: dict[int, Waiting] = {}  # in the order they came
        self._num_come = 0
        self._giving_way: str | None = None  # loaded, and taken by no new request
        self._changed = asyncio.Event()
        self._driver: asyncio.Task[None] | None = None
        self._closed_by: EngineUnavailable | None = None

    async def take(self, names: tuple[str, ...]) -> Taken:
        """Take the versions that `names` stand for, all at once; waits while one of them is evicted or gives way.

        Raises AdapterNotLoaded, SlotsFull where they are more than can be loaded together, and ReloadFailed.
        """
        for name in names:
            self._registry.find(name)
        if self._can_take(names):
            return self._take(names)
        if len(names) > self._registry.max_adapters:
            raise SlotsFull(names, self._registry.max_adapters)
        if self._closed_by:
            raise self._closed_by
        return await self._wait(Waiting(names, asyncio.get_running_loop().create_future()))

    def note_change(self) -> None:
        """See who can be served, now that an adapter has come, gone, or become idle."""
        for number, waiting in [*self._waiting.items()]:
            if waiting.taken.done():  # its client has gone, and it does not know yet
                pass
            elif unknown := [name for name in waiting.names if not self._registry.is_listed(name)]:
                waiting.taken.set_exception(AdapterNotLoaded(unknown[0]))
            elif self._can_take(waiting.names):
                waiting.taken.set_result(self._take(waiting.names))
            else:
                continue
            del self._waiting[number]
        self._changed.set()

    def close(self, error: EngineUnavailable) -> None:
        """Fail all that wait, and who would."""
        self._closed_by = error
        self._fail(lambda _: True, error)
        self._changed.set()

    async def _wait(self, waiting: Waiting) -> Taken:
        self._num_come += 1
        number = self._num_come
        self._waiting[number] = waiting
        for name in waiting.names:
            self._registry.note_wanted(name)
        if self._driver is None:
            self._driver = asyncio.create_task(self._drive())
        try:
            return await waiting.taken
        except asyncio.CancelledError:  # perhaps between the two: what it was given it never got
            if waiting.taken.done() and not waiting.taken.cancelled() and not waiting.taken.exception():
                for adapter in waiting.taken.result():
                    self._give_back(adapter)
            raise
        finally:
            if self._waiting.pop(number, None):
                self.note_change()

    async def _drive(self) -> None:
        """Load for whoever has waited longest, until nobody waits."""
        try:
            while first := next(iter(self._waiting.values()), None):
                self._changed.clear()
                own = set(first.names)
                lacking = next((name for name in first.names if not self._registry.is_served(name)), None)
                if lacking is None:
                    self._let_way(None)
                elif not self._registry.is_changing(lacking) and self._registry.has_room(lacking, besides=own):
                    idle = self._registry.choose_evicted(lacking, besides=own)
                    self._let_way(idle.name if idle else None)  # already now: reading takes a while
                    await self._load(lacking, own)
                    self._let_way(None)
                else:
                    if self._giving_way is None or self._giving_way in own or not self._registry.is_served(self._giving_way):
                        self._let_way(self._registry.choose_next_to_go(besides=own))
                    await self._changed.wait()
        finally:
            self._driver = self._giving_way = None

    def _let_way(self, name: str | None) -> None:
        """Have `name` taken by no new request; whoever gave way until now is taken by those that waited for that."""
        self._giving_way = name
        self.note_change()

    async def _load(self, name: str, besides: Set[str]) -> None:
        try:
            await self._reload(name, besides)
        except SlotsFull:
            pass  # somebody else was faster: whoever has waited longest is still first
        except EngineUnavailable as exc:
            self.close(exc)
        except Exception as exc:  # broad, as in the worker: whatever it is belongs to those that wait for it, who would wait for ever
            error = ReloadFailed(name, exc) if isinstance(exc, AdapterError) else exc
            self._fail(lambda waiting: name in waiting.names, error)

    def _fail(self, is_meant: Callable[[Waiting], bool], error: Exception) -> None:
        for number, waiting in [*self._waiting.items()]:
            if is_meant(waiting):
                del self._waiting[number]
                if not waiting.taken.done():
                    waiting.taken.set_exception(error)

    def _can_take(self, names: tuple[str, ...]) -> bool:
        return all(self._registry.is_served(name) and name != self._giving_way for name in names)

    def _take(self, names: tuple[str, ...]) -> Taken:
        return tuple(self._registry.acquire(name) for name in names)
