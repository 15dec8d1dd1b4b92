"""The books of the adapters: a slot is a version's own until its last user has gone."""

from pathlib import Path

import pytest

from adapters.errors import AdapterBusy, AdapterNotLoaded, SlotsFull
from adapters.files.reading import TrainingRecord
from adapters.registry import AdapterRegistry, LoadedAdapter


def make_adapter(name: str, *, slot: int, version: int = 1) -> LoadedAdapter:
    """Make one version of an adapter."""
    return LoadedAdapter(
        name=name,
        path=Path(name),
        revision=None,
        format="mlx-lm",
        kind="lora",
        slot=slot,
        digest=f"sha256:{version}",
        rank=2,
        scale=1.0,
        targets=(),
        share_of_layers=1.0,
        size_bytes=1,
        left_out=(),
        record=TrainingRecord(),
        created=0,
    )


def load(registry: AdapterRegistry, name: str, version: int = 1) -> tuple[LoadedAdapter, LoadedAdapter | None]:
    """Load as a host does; gives the version and the one whose slot may be cleared."""
    registry.begin_change(name)
    adapter = make_adapter(name, slot=registry.reserve_slot(name), version=version)
    cleared = registry.serve(adapter)
    registry.end_change(name)
    return adapter, cleared


def names(registry: AdapterRegistry) -> list[str]:
    return [adapter.name for adapter in registry.listed() if registry.is_served(adapter.name)]


def test_slots_are_the_lowest_free_ones() -> None:
    registry = AdapterRegistry(max_adapters=4, may_evict=False)
    adapters = [load(registry, name)[0] for name in "abc"]
    assert [adapter.slot for adapter in adapters] == [1, 2, 3]
    registry.withdraw("b")
    registry.free_slot(2)
    assert load(registry, "d")[0].slot == 2


def test_a_replaced_version_keeps_its_slot_until_its_last_user_has_gone() -> None:
    registry = AdapterRegistry(max_adapters=1, may_evict=False)
    load(registry, "a")
    old, also_old = registry.acquire("a"), registry.acquire("a")
    new, cleared = load(registry, "a", version=2)
    assert cleared is None
    assert (new.slot, registry.acquire("a")) == (2, new)
    assert not registry.release(old)
    assert registry.release(also_old)
    registry.free_slot(old.slot)
    assert load(registry, "a", version=3)[0].slot == old.slot


def test_a_replaced_version_without_users_may_be_cleared_at_once() -> None:
    registry = AdapterRegistry(max_adapters=1, may_evict=False)
    old, _ = load(registry, "a")
    assert load(registry, "a", version=2)[1] is old


def test_a_full_registry_refuses_and_lists_what_it_holds() -> None:
    registry = AdapterRegistry(max_adapters=2, may_evict=False)
    load(registry, "a")
    load(registry, "b")
    with pytest.raises(SlotsFull, match=r"2 adapters are loaded.*\(a, b\)"):
        registry.reserve_slot("c")


def test_the_last_place_is_taken_by_who_reserves_it_and_not_by_who_only_waits() -> None:
    registry = AdapterRegistry(max_adapters=1, may_evict=False)
    registry.begin_change("a")
    registry.begin_change("b")
    registry.check_room("a")
    slot = registry.reserve_slot("a")
    for refuse in (registry.check_room, registry.reserve_slot):
        with pytest.raises(SlotsFull, match=r"\(a\)"):
            refuse("b")
    registry.free_slot(slot)
    assert registry.reserve_slot("b") == slot


def test_a_name_that_is_being_unloaded_keeps_its_place_until_its_last_version_has_gone() -> None:
    registry = AdapterRegistry(max_adapters=1, may_evict=True)
    load(registry, "a")
    old = registry.acquire("a")
    new, _ = load(registry, "a", version=2)
    assert registry.choose_evicted("b") is None  # the new version is idle, the old one is not
    registry.withdraw("a")
    registry.free_slot(new.slot)
    assert registry.holds_slots("a")
    with pytest.raises(SlotsFull, match=r"\(a\)"):
        registry.check_room("b")
    registry.release(old)
    registry.free_slot(old.slot)
    assert not registry.holds_slots("a")
    registry.check_room("b")


def test_the_least_recently_used_idle_adapter_is_chosen_to_go() -> None:
    registry = AdapterRegistry(max_adapters=3, may_evict=True)
    for name in "abc":
        load(registry, name)
    in_use = registry.acquire("a")
    registry.release(registry.acquire("b"))
    assert registry.choose_evicted("a") is None
    chosen = registry.choose_evicted("d")
    assert chosen is not None and chosen.name == "c"
    registry.release(registry.acquire("c"))
    registry.release(in_use)
    chosen = registry.choose_evicted("d")
    assert chosen is not None and chosen.name == "b"  # "a" was asked for before it, but in use until now
    registry.check_room("d")


def test_nothing_is_chosen_when_all_are_in_use_or_none_may_go() -> None:
    registry = AdapterRegistry(max_adapters=1, may_evict=True)
    load(registry, "a")
    registry.acquire("a")
    assert registry.choose_evicted("b") is None
    with pytest.raises(SlotsFull):
        registry.check_room("b")
    strict = AdapterRegistry(max_adapters=1, may_evict=False)
    load(strict, "a")
    assert strict.choose_evicted("b") is None


def test_a_name_is_changed_by_one_at_a_time_and_an_unknown_one_is_refused() -> None:
    registry = AdapterRegistry(max_adapters=1, may_evict=False)
    registry.begin_change("a")
    with pytest.raises(AdapterBusy, match="'a' is being loaded or unloaded"):
        registry.begin_change("a")
    registry.end_change("a")
    registry.begin_change("a")
    for refused in (registry.acquire, registry.withdraw, registry.find, registry.evict):
        with pytest.raises(AdapterNotLoaded, match="'b'"):
            refused("b")


def test_an_evicted_name_keeps_its_place_in_the_list_and_is_served_again() -> None:
    registry = AdapterRegistry(max_adapters=2, may_evict=True)
    for name in "ab":
        load(registry, name)
    evicted = registry.evict("a")
    registry.free_slot(evicted.slot)
    assert [(one.name, registry.is_served(one.name)) for one in registry.listed()] == [("a", False), ("b", True)]
    assert registry.num_users(evicted) == 0
    with pytest.raises(AdapterNotLoaded, match="'a'"):
        registry.acquire("a")
    load(registry, "a")
    assert [(one.name, registry.is_served(one.name)) for one in registry.listed()] == [("a", True), ("b", True)]


def test_who_was_loaded_longest_ago_is_next_to_go() -> None:
    registry = AdapterRegistry(max_adapters=3, may_evict=True)
    for name in "abc":
        load(registry, name)
    load(registry, "a", version=2)
    assert registry.choose_next_to_go(besides=frozenset()) == "b"
    assert registry.choose_next_to_go(besides={"b"}) == "c"
    registry.begin_change("c")
    assert registry.choose_next_to_go(besides={"b"}) == "a"
    assert registry.choose_next_to_go(besides={"a", "b"}) is None
