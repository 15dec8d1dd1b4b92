"""Which adapter is served under which name, in which slot, and who is using it.

Pure bookkeeping, no weights: it says what is to be written into the bank and what may be freed. A slot belongs to one version of one
adapter from its reservation until its last user has gone, so a replacement never touches the weights of an answer that has begun.
A name is *listed* from its load to its unload; where it has to make way for another it is *evicted*: listed still, and in no slot.
"""

import time
from collections.abc import Set
from pathlib import Path

import msgspec

from adapters.bank.routing import BASE_SLOT
from adapters.errors import AdapterBusy, AdapterNotLoaded, SlotsFull
from adapters.files.reading import TrainingRecord

MAX_EVICTED = 256  # names; with their metrics each costs some tens of kilobytes


class LoadedAdapter(msgspec.Struct, frozen=True, kw_only=True):
    """One version of an adapter, in its slot; of one that is evicted, in the slot that it had."""

    name: str
    path: Path
    within: tuple[Path, ...] | None = None  # folders that its files must lie in whenever they are read; None: anywhere
    revision: str | None  # the commit that it was fetched at, of an adapter from Hugging Face
    format: str
    kind: str  # lora or dora
    slot: int
    digest: str
    rank: int
    scale: float
    targets: tuple[str, ...]  # the kinds of layer it touches, such as self_attn.q_proj
    share_of_layers: float  # of the base's linear layers, those it touches
    size_bytes: int
    left_out: tuple[str, ...]  # parts of its file that change nothing of a text
    record: TrainingRecord
    created: int  # Unix time, s


class AdapterRegistry:
    """Names, slots and users of the adapters. Owned by one thread: the event loop's."""

    def __init__(self, *, max_adapters: int, may_evict: bool, max_evicted: int = MAX_EVICTED) -> None:
        self.max_adapters = max_adapters
        self._may_evict = may_evict
        self._max_evicted = max_evicted
        self._listed: dict[str, LoadedAdapter] = {}
        self._evicted: set[str] = set()  # of the names that are listed
        self._num_users: dict[int, int] = {}  # by slot, for every slot that is not free
        self._holders: dict[int, str] = {}  # by slot, likewise: the name whose version it holds
        self._used_s: dict[str, float] = {}  # when a listed name was last loaded, asked for or given back
        self._loads: dict[str, int] = {}  # of the names that are served, the number of their last load
        self._num_loads = 0
        self._changing: set[str] = set()  # names that are being loaded or unloaded

    def listed(self) -> tuple[LoadedAdapter, ...]:
        """List the adapters that can be asked for, in the order they came, those that are evicted among them."""
        return tuple(self._listed.values())

    def find(self, name: str) -> LoadedAdapter:
        """Give the version that `name` stands for, served or evicted. Raises AdapterNotLoaded."""
        try:
            return self._listed[name]
        except KeyError:
            raise AdapterNotLoaded(name) from None

    def is_listed(self, name: str) -> bool:
        """Say whether a request may name it."""
        return name in self._listed

    def is_served(self, name: str) -> bool:
        """Say whether its weights are in a slot that requests may take."""
        return name in self._listed and name not in self._evicted

    def is_evicted(self, name: str) -> bool:
        """Say whether it is listed and in no slot."""
        return name in self._evicted

    def is_changing(self, name: str) -> bool:
        """Say whether it is being loaded or unloaded."""
        return name in self._changing

    def num_users(self, adapter: LoadedAdapter) -> int:
        """Count the requests that use this version."""
        return self._num_users[adapter.slot] if self._holders.get(adapter.slot) == adapter.name else 0

    def acquire(self, name: str) -> LoadedAdapter:
        """Take the version now served under `name` for a request; `release` gives it back. Raises AdapterNotLoaded."""
        if not self.is_served(name):
            raise AdapterNotLoaded(name)
        adapter = self._listed[name]
        self._num_users[adapter.slot] += 1
        self._used_s[name] = time.monotonic()
        return adapter

    def note_wanted(self, name: str) -> None:
        """Note that a request waits for an evicted name."""
        self._used_s[name] = time.monotonic()

    def release(self, adapter: LoadedAdapter) -> bool:
        """Give a version back; True if it was the last user of one that is no longer served: its slot may be cleared now."""
        self._num_users[adapter.slot] -= 1
        if self._is_current(adapter):
            self._used_s[adapter.name] = time.monotonic()
        return self._is_unused(adapter)

    def begin_change(self, name: str) -> None:
        """Keep others from changing `name` until `end_change`. Raises AdapterBusy."""
        if name in self._changing:
            raise AdapterBusy(name)
        self._changing.add(name)

    def end_change(self, name: str) -> None:
        """Let others change `name` again."""
        self._changing.discard(name)

    def check_room(self, name: str) -> None:
        """Say at once what reserve_slot would say later. Raises SlotsFull unless there is room for `name` or one that may go."""
        if not self.has_room(name):
            raise self._full()

    def has_room(self, name: str, *, besides: Set[str] = frozenset()) -> bool:
        """Say whether `name` could be loaded now: there is a slot, or one that may go which is not among `besides`."""
        return not self._is_full_for(name) or self.choose_evicted(name, besides=besides) is not None

    def reserve_slot(self, name: str) -> int:
        """Take the lowest free slot for a new version of `name`. Raises SlotsFull when the name is new and as many hold slots as may."""
        if self._is_full_for(name):
            raise self._full()
        slot = next(slot for slot in range(BASE_SLOT + 1, len(self._num_users) + 2) if slot not in self._num_users)
        self._num_users[slot] = 0
        self._holders[slot] = name
        return slot

    def choose_evicted(self, name: str, *, besides: Set[str] = frozenset()) -> LoadedAdapter | None:
        """Name the adapter that must go so that `name` can be loaded: the least recently used idle one; None: none must or may go."""
        if not self._may_evict or not self._is_full_for(name):
            return None
        busy = self._changing | besides | {self._holders[slot] for slot, num_users in self._num_users.items() if num_users}
        idle = [one for one in self._listed.values() if self.is_served(one.name) and one.name not in busy]
        return min(idle, key=lambda one: self._used_s[one.name], default=None)

    def choose_next_to_go(self, *, besides: Set[str]) -> str | None:
        """Name who is to go once its requests have ended, where all are busy: who was loaded longest ago, so that each has its turn."""
        served = [name for name in self._loads if name not in besides and name not in self._changing]
        return min(served, key=lambda name: self._loads[name], default=None)

    def serve(self, adapter: LoadedAdapter) -> LoadedAdapter | None:
        """Serve a version whose weights are in its slot; gives the one it replaces if its slot may be cleared now."""
        name = adapter.name
        replaced = self._listed[name] if self.is_served(name) else None
        self._listed[name] = adapter
        self._evicted.discard(name)
        self._used_s[name] = time.monotonic()
        self._num_loads += 1
        self._loads[name] = self._num_loads
        return replaced if replaced and self._is_unused(replaced) else None

    def evict(self, name: str) -> LoadedAdapter:
        """Serve `name` no longer but keep it listed; its slot is to be cleared. Of too many names the one wanted longest ago is forgotten.

        Nobody may be using it: `choose_evicted` says who may go. Raises AdapterNotLoaded.
        """
        adapter = self.find(name)
        self._evicted.add(name)
        del self._loads[name]
        if len(self._evicted) > self._max_evicted:
            self.withdraw(min(self._evicted - self._changing, key=lambda one: self._used_s[one]))
        return adapter

    def withdraw(self, name: str) -> LoadedAdapter:
        """List `name` no longer; those who use it go on. Raises AdapterNotLoaded."""
        adapter = self.find(name)
        del self._listed[name]
        del self._used_s[name]
        self._loads.pop(name, None)
        self._evicted.discard(name)
        return adapter

    def free_slot(self, slot: int) -> None:
        """Make a slot free whose weights have been cleared."""
        del self._num_users[slot], self._holders[slot]

    def holds_slots(self, name: str) -> bool:
        """Say whether any version of `name` is still there: served, on its way in, or used by its last requests."""
        return name in self._holders.values()

    def _is_unused(self, adapter: LoadedAdapter) -> bool:
        return self._num_users[adapter.slot] == 0 and not self._is_current(adapter)

    def _is_current(self, adapter: LoadedAdapter) -> bool:
        """Compare slots: the same weights may have been loaded again from elsewhere, and stand in the slot they had."""
        return self.is_served(adapter.name) and self._listed[adapter.name].slot == adapter.slot

    def _is_full_for(self, name: str) -> bool:
        """Say whether `name` would be one too many. Those on their way in or out have a place too, replaced versions none of their own."""
        return not self.holds_slots(name) and len(set(self._holders.values())) >= self.max_adapters

    def _full(self) -> SlotsFull:
        return SlotsFull(tuple(dict.fromkeys(self._holders.values())), self.max_adapters)
