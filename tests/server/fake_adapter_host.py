"""A hand-written host of adapters: knows names and paths, reads nothing."""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from adapters.errors import AdapterBusy, AdapterChanged, AdapterNameTaken, AdapterNotLoaded
from server.engine.protocol import AdapterLoad, AdapterStatus

LEK = AdapterStatus(
    name="lek-demo",
    state="loaded",
    path="/adapters/lek-demo",
    revision=None,
    format="mlx-lm",
    kind="lora",
    digest="sha256:abc",
    rank=8,
    scale=20.0,
    targets=("self_attn.q_proj", "self_attn.v_proj"),
    share_of_layers=0.25,
    size_bytes=4096,
    left_out=(),
    created=1_700_000_001,
    num_running=0,
    training={"basis": "planned", "iterations": 600, "learning_rate": 1e-5, "batch_size": None, "resumed_from": "adapters.safetensors"},
)


class FakeAdapterHost:
    """Serves what it is told to. `failure` is raised by every change; with `gate` set, changes wait until it opens."""

    def __init__(self) -> None:
        self.loaded: dict[str, AdapterStatus] = {LEK.name: LEK}
        self.failure: Exception | None = None
        self.gate: asyncio.Event | None = None
        self.has_reached_gate = asyncio.Event()
        self.has_changed = asyncio.Event()
        self.within: list[Sequence[Path] | None] = []
        self.forced: list[bool] = []
        self.note: Callable[[AdapterLoad], None] | None = None  # who watches the loads
        self._changing: set[str] = set()

    def statuses(self) -> tuple[AdapterStatus, ...]:
        return tuple(self.loaded.values())

    def watch(self, note: Callable[[AdapterLoad], None]) -> None:
        self.note = note

    async def load(
        self,
        name: str,
        path: Path,
        *,
        replace: bool,
        within: Sequence[Path] | None = None,
        digest: str | None = None,
        revision: str | None = None,
    ) -> AdapterStatus:
        self.within.append(within)
        if name in self.loaded and not replace:
            raise AdapterNameTaken(name)
        await self._change(name)
        status = msgspec.structs.replace(LEK, name=name, path=str(path), revision=revision, digest=f"sha256:{path.name}")
        if digest not in (None, status.digest):
            raise AdapterChanged(path, str(digest), status.digest)
        self.loaded[name] = status
        return status

    async def unload(self, name: str, *, force: bool) -> AdapterStatus:
        self.forced.append(force)
        if name in self._changing:
            raise AdapterBusy(name)
        if name not in self.loaded:
            raise AdapterNotLoaded(name)
        await self._change(name)
        return self.loaded.pop(name)

    async def _change(self, name: str) -> None:
        if name in self._changing:
            raise AdapterBusy(name)
        self._changing.add(name)
        try:
            if self.gate is not None:
                self.has_reached_gate.set()
                await self.gate.wait()
            if self.failure is not None:
                raise self.failure
        finally:
            self._changing.discard(name)
            self.has_changed.set()
