"""Whatever comes in whatever order, the registry's books are those of a simpler keeper: no slot is lost, shared or taken from its users."""

import random
from collections import Counter

import pytest

from adapters.errors import AdapterNotLoaded, SlotsFull
from adapters.registry import AdapterRegistry, LoadedAdapter
from tests.adapters.test_registry import make_adapter

NAMES = "abcdefg"
NUM_STEPS = 400
MAX_ADAPTERS, MAX_EVICTED = 3, 2


class Keeper:
    """Does with a registry what a host does, and remembers what must be true."""

    def __init__(self, *, may_evict: bool) -> None:
        self.registry = AdapterRegistry(max_adapters=MAX_ADAPTERS, may_evict=may_evict, max_evicted=MAX_EVICTED)
        self.bank: dict[int, LoadedAdapter] = {}  # what is written where
        self.held: list[LoadedAdapter] = []  # one a request
        self.num_versions = 0

    def load(self, name: str) -> None:
        self.num_versions += 1
        self._put(make_adapter(name, slot=0, version=self.num_versions))

    def reload(self, name: str) -> None:
        if self.registry.is_evicted(name):
            self._put(self.registry.find(name))

    def unload(self, name: str) -> None:
        if not self.registry.is_listed(name):
            with pytest.raises(AdapterNotLoaded):
                self.registry.withdraw(name)
            return
        was_served = self.registry.is_served(name)
        adapter = self.registry.withdraw(name)
        if was_served and not self.registry.num_users(adapter):
            self._clear(adapter)

    def acquire(self, name: str) -> None:
        if not self.registry.is_served(name):
            with pytest.raises(AdapterNotLoaded):
                self.registry.acquire(name)
            return
        self.held.append(self.registry.acquire(name))

    def release(self, chance: random.Random) -> None:
        if self.held:
            adapter = self.held.pop(chance.randrange(len(self.held)))
            if self.registry.release(adapter):
                self._clear(adapter)

    def check(self) -> None:
        registry, listed = self.registry, self.registry.listed()
        served = [one for one in listed if registry.is_served(one.name)]
        assert all(registry.is_served(one.name) != registry.is_evicted(one.name) for one in listed)
        assert all(self.bank[one.slot] == one for one in (*served, *self.held))  # whoever may be asked has its weights, and keeps them
        assert set(self.bank.values()) == {*served, *self.held}  # and nobody else has a slot
        assert len({one.name for one in self.bank.values()}) <= MAX_ADAPTERS
        assert len(listed) - len(served) <= MAX_EVICTED
        users = Counter(one.slot for one in self.held)
        assert all(registry.num_users(one) == users[one.slot] for one in self.bank.values())
        assert not any(registry.num_users(one) for one in listed if registry.is_evicted(one.name))

    def _put(self, adapter: LoadedAdapter) -> None:
        registry, name = self.registry, adapter.name
        evicted = registry.choose_evicted(name)
        assert evicted is None or (evicted.name != name and evicted not in self.held)
        try:
            registry.check_room(name)
        except SlotsFull:
            assert evicted is None
            return
        if evicted:
            self._clear(registry.evict(evicted.name))
        if adapter.slot and not registry.is_listed(name):
            return  # it was forgotten for the one that went
        slot = registry.reserve_slot(name)
        assert slot == min({*range(1, len(self.bank) + 2)} - self.bank.keys())  # the lowest that is free
        self.bank[slot] = make_adapter(name, slot=slot, version=int(adapter.digest.removeprefix("sha256:")))
        if replaced := registry.serve(self.bank[slot]):
            self._clear(replaced)

    def _clear(self, adapter: LoadedAdapter) -> None:
        assert adapter not in self.held
        del self.bank[adapter.slot]
        self.registry.free_slot(adapter.slot)


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("may_evict", [False, True])
def test_the_books_are_right_after_every_step_of_any_sequence(seed: int, may_evict: bool) -> None:
    chance = random.Random(seed)
    keeper = Keeper(may_evict=may_evict)
    steps = (keeper.load, keeper.load, keeper.reload, keeper.reload, keeper.unload, *(keeper.acquire,) * 3)
    for _ in range(NUM_STEPS):
        step = chance.choice((*steps, *("release",) * 4))
        if isinstance(step, str):
            keeper.release(chance)
        else:
            step(chance.choice(NAMES))
        keeper.check()
    assert keeper.num_versions > NUM_STEPS / 10
    while keeper.held:
        keeper.release(chance)
    for name in NAMES:
        keeper.unload(name)
    keeper.check()
    assert not keeper.bank and not keeper.registry.listed()


def test_of_too_many_evicted_names_the_one_wanted_longest_ago_is_forgotten() -> None:
    keeper = Keeper(may_evict=True)
    for name in "abcde":
        keeper.load(name)
    keeper.registry.note_wanted("a")
    keeper.load("f")
    assert [one.name for one in keeper.registry.listed()] == ["a", "c", "d", "e", "f"]
