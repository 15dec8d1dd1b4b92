"""Who waits for adapters, on the registry alone: nothing is lost between being given an adapter and hearing of it."""

import asyncio
from collections.abc import Callable, Set

import pytest

from adapters.errors import AdapterNotLoaded, ReloadFailed, SlotsFull, UnsupportedAdapter
from adapters.registry import AdapterRegistry, LoadedAdapter
from server.engine.errors import EngineUnavailable
from server.engine.mlx.adapter_queue import AdapterQueue
from tests.adapters.test_registry import load


class Desk:
    """A queue over a registry of one slot: `a` is evicted, `b` holds the slot."""

    def __init__(self, reload: Callable[[str], None] | None = None) -> None:
        self.registry = AdapterRegistry(max_adapters=1, may_evict=True)
        self.given_back: list[LoadedAdapter] = []
        self.reloaded: list[str] = []
        self.queue = AdapterQueue(self.registry, reload=self._reload, give_back=self.given_back.append)
        self._before = reload or (lambda _name: None)
        load(self.registry, "a")
        self._swap("b")

    async def _reload(self, name: str, besides: Set[str]) -> None:
        assert name in besides
        self.reloaded.append(name)
        self._before(name)
        self._swap(name)

    def _swap(self, name: str) -> None:
        if evicted := self.registry.choose_evicted(name):
            self.registry.free_slot(self.registry.evict(evicted.name).slot)
        load(self.registry, name)


def test_what_is_given_to_a_client_that_goes_at_that_moment_is_given_back() -> None:
    async def go_away() -> None:
        def cancel_next(_name: str) -> None:
            asyncio.get_running_loop().call_soon(task.cancel)

        desk = Desk(cancel_next)
        task = asyncio.create_task(desk.queue.take(("a",)))
        with pytest.raises(asyncio.CancelledError):
            await task
        assert [one.name for one in desk.given_back] == ["a"]

    asyncio.run(go_away())


def test_a_load_that_fails_fails_who_waits_for_it_and_the_next_tries_again() -> None:
    async def fail() -> None:
        def refuse(_name: str) -> None:
            raise UnsupportedAdapter("no good")

        desk = Desk(refuse)
        for num_tried in (1, 2):
            outcomes = await asyncio.gather(*(desk.queue.take(("a",)) for _ in range(3)), return_exceptions=True)
            assert all(isinstance(one, ReloadFailed) and isinstance(one.reason, UnsupportedAdapter) for one in outcomes)
            assert desk.reloaded == ["a"] * num_tried
        assert [one.name for one in await desk.queue.take(("b",))] == ["b"]

    asyncio.run(fail())


@pytest.mark.parametrize("error", [EngineUnavailable("gone"), ZeroDivisionError()])
def test_whatever_else_a_load_raises_reaches_who_waits(error: Exception) -> None:
    def fail(_name: str) -> None:
        raise error

    with pytest.raises(type(error)):
        asyncio.run(Desk(fail).queue.take(("a",)))


def test_a_slot_that_somebody_else_took_is_waited_for_again() -> None:
    def be_late(_name: str) -> None:
        if len(desk.reloaded) < 3:
            raise SlotsFull(("b",), 1)

    desk = Desk(be_late)
    assert [one.name for one in asyncio.run(desk.queue.take(("a",)))] == ["a"]
    assert desk.reloaded == ["a"] * 3


def test_who_names_nobody_or_too_many_does_not_wait() -> None:
    desk = Desk()
    with pytest.raises(AdapterNotLoaded, match="'x'"):
        asyncio.run(desk.queue.take(("a", "x")))
    with pytest.raises(SlotsFull):
        asyncio.run(desk.queue.take(("a", "b")))
    assert not desk.reloaded


def test_a_closed_queue_takes_nobody_in() -> None:
    desk = Desk()
    desk.queue.close(EngineUnavailable("closing"))
    with pytest.raises(EngineUnavailable):
        asyncio.run(desk.queue.take(("a",)))
