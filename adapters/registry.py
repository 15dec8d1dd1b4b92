"""Which adapter is served under which name, and in which slot."""

from pathlib import Path

import msgspec

from adapters.bank import AdapterBank
from adapters.errors import AdapterError
from adapters.files import read_adapter
from adapters.routing import BASE_SLOT


class LoadedAdapter(msgspec.Struct, frozen=True, kw_only=True):
    """An adapter that requests may name."""

    name: str
    path: Path
    slot: int
    digest: str


class AdapterRegistry:
    """Names to slots. Owned by the thread that owns the model."""

    def __init__(self, bank: AdapterBank) -> None:
        self._bank = bank
        self._loaded: dict[str, LoadedAdapter] = {}

    def load(self, name: str, path: Path) -> LoadedAdapter:
        """Read the adapter at `path`, install it into a free slot and serve it as `name`. Raises AdapterError."""
        if name in self._loaded:
            raise AdapterError(f"two adapters are named {name!r}: give each a name of its own")
        weights = read_adapter(path)
        slot = BASE_SLOT + 1 + len(self._loaded)
        self._bank.install(slot, weights)
        self._loaded[name] = LoadedAdapter(name=name, path=path, slot=slot, digest=weights.digest)
        return self._loaded[name]

    def loaded(self) -> tuple[LoadedAdapter, ...]:
        """List the adapters in the order they were loaded."""
        return tuple(self._loaded.values())
