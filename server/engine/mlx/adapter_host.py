"""Adapters loaded and unloaded beside running requests: reading on a worker thread, the bank between two steps, the books on the loop."""

import asyncio
import time
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import msgspec

from adapters.base.shape import BaseShape
from adapters.errors import AdapterChanged, AdapterNameTaken
from adapters.files.reading import AdapterWeights, read_adapter
from adapters.registry import AdapterRegistry, LoadedAdapter
from server.engine.mlx.runtime import Runtime
from server.engine.mlx.worker import Worker
from server.engine.protocol import AdapterStatus

Result = TypeVar("Result")


class Leaving(NamedTuple):
    """A name that is served no longer, while its last requests end."""

    status: AdapterStatus
    has_left: asyncio.Event


class MlxAdapterHost:
    """Implements `server.engine.protocol.AdapterHost` for the MLX engine. A change once begun is finished, even if its client goes away.

    Loads take turns: one adapter's weights at most are in memory beside the bank, and no two are after the last slot.
    """

    def __init__(
        self, worker: Worker, registry: AdapterRegistry, *, base: BaseShape, max_rank: int, cancel_users: Callable[[str], None]
    ) -> None:
        self._worker = worker
        self._registry = registry
        self._base = base
        self._max_rank = max_rank
        self._cancel_users = cancel_users  # of a name
        self._turn = asyncio.Lock()
        self._leaving: dict[str, Leaving] = {}
        self._changes: set[asyncio.Task[Any]] = set()

    def statuses(self) -> tuple[AdapterStatus, ...]:
        """List the adapters that can be asked for."""
        return tuple(self._status(adapter) for adapter in self._registry.served())

    async def load(
        self, name: str, path: Path, *, replace: bool, within: Sequence[Path] | None = None, digest: str | None = None
    ) -> AdapterStatus:
        """Serve the adapter in folder `path` as `name`. Raises AdapterError."""
        return self._status(await self._finish(self._load(name, path, replace=replace, within=within, digest=digest)))

    async def unload(self, name: str, *, force: bool) -> AdapterStatus:
        """Serve `name` no longer, and come back when its memory is free. Raises AdapterError."""
        if force and (leaving := self._leaving.get(name)):  # somebody waits for its requests to end, who need not
            self._cancel_users(name)
            await leaving.has_left.wait()
            return leaving.status
        return await self._finish(self._unload(name, force=force))

    def load_at_start(self, name: str, path: Path) -> None:
        """Load before there is an event loop; blocks. Raises AdapterError."""
        if any(adapter.name == name for adapter in self._registry.served()):
            raise AdapterNameTaken(name)
        self._registry.check_room(name)
        weights = read_adapter(path, base=self._base, max_rank=self._max_rank)
        slot = self._registry.reserve_slot(name)
        self._worker.call(_install(slot, weights)).result()
        self._registry.serve(self._loaded(name, slot, weights))

    def acquire(self, name: str) -> LoadedAdapter:
        """Take the version served under `name` for a request. Raises AdapterNotLoaded."""
        return self._registry.acquire(name)

    def release(self, adapter: LoadedAdapter) -> None:
        """Give a version back; the last user of one that is no longer served has its slot cleared."""
        if self._registry.release(adapter):
            self._keep(asyncio.ensure_future(self._clear(adapter)))

    async def _load(self, name: str, path: Path, *, replace: bool, within: Sequence[Path] | None, digest: str | None) -> LoadedAdapter:
        registry = self._registry
        registry.begin_change(name)
        try:
            current = next((one for one in registry.served() if one.name == name), None)
            if current and not replace:
                raise AdapterNameTaken(name)
            async with self._turn:
                registry.check_room(name)
                weights = await asyncio.to_thread(read_adapter, path, within=within, base=self._base, max_rank=self._max_rank)
                if digest is not None and weights.digest != digest:
                    raise AdapterChanged(path, digest, weights.digest)
                if current and current.digest == weights.digest:
                    again = self._loaded(name, current.slot, weights)  # the path and the record of its training may be others
                    registry.serve(again)
                    return again
                return await self._serve(name, weights)
        finally:
            registry.end_change(name)

    async def _serve(self, name: str, weights: AdapterWeights) -> LoadedAdapter:
        registry = self._registry
        if evicted := registry.choose_evicted(name):
            registry.withdraw(evicted.name)
            await self._clear(evicted)
        slot = registry.reserve_slot(name)
        await self._write(slot, weights)
        adapter = self._loaded(name, slot, weights)
        if replaced := registry.serve(adapter):
            await self._clear(replaced)
        return adapter

    async def _unload(self, name: str, *, force: bool) -> AdapterStatus:
        registry = self._registry
        registry.begin_change(name)
        try:
            adapter = registry.withdraw(name)
            leaving = self._leaving[name] = Leaving(self._status(adapter), asyncio.Event())
            if force:
                self._cancel_users(name)
            if not registry.num_users(adapter):
                await self._clear(adapter)
            await leaving.has_left.wait()  # older versions may have requests, too
            return leaving.status
        finally:
            self._leaving.pop(name, None)
            registry.end_change(name)

    async def _write(self, slot: int, weights: AdapterWeights) -> None:
        try:
            await self._on_worker(self._worker.call(_install(slot, weights)))
        except BaseException:
            self._registry.free_slot(slot)
            raise

    async def _clear(self, adapter: LoadedAdapter) -> None:
        """Free the slot of a version that nobody serves and nobody uses."""
        slot = adapter.slot
        try:
            await self._on_worker(self._worker.call(lambda runtime: runtime.bank.clear(slot)))
        finally:  # nobody waits for what an engine that has died does no more
            self._registry.free_slot(slot)
            if (leaving := self._leaving.get(adapter.name)) and not self._registry.holds_slots(adapter.name):
                leaving.has_left.set()

    async def _finish(self, change: Coroutine[Any, Any, Result]) -> Result:
        return await asyncio.shield(self._keep(asyncio.ensure_future(change)))

    def _keep(self, task: asyncio.Task[Result]) -> asyncio.Task[Result]:
        """Hold a task until it is done: the loop itself would not."""
        self._changes.add(task)
        task.add_done_callback(self._changes.discard)
        return task

    @staticmethod
    async def _on_worker(future: Future[Result]) -> Result:
        return await asyncio.wrap_future(future)

    def _loaded(self, name: str, slot: int, weights: AdapterWeights) -> LoadedAdapter:
        return LoadedAdapter(
            name=name,
            path=weights.path,
            revision=None,
            format=weights.format,
            kind=weights.kind,
            slot=slot,
            digest=weights.digest,
            rank=weights.rank,
            scale=weights.scale,
            targets=tuple(sorted({".".join(module.split(".")[3:]) for module in weights.pairs})),
            share_of_layers=len(weights.pairs) / len(self._base.linears),
            size_bytes=weights.size_bytes,
            left_out=weights.left_out,
            record=weights.record,
            created=int(time.time()),
        )

    def _status(self, adapter: LoadedAdapter) -> AdapterStatus:
        return AdapterStatus(
            name=adapter.name,
            state="loaded",
            path=str(adapter.path),
            revision=adapter.revision,
            format=adapter.format,
            kind=adapter.kind,
            digest=adapter.digest,
            rank=adapter.rank,
            scale=adapter.scale,
            targets=adapter.targets,
            share_of_layers=adapter.share_of_layers,
            size_bytes=adapter.size_bytes,
            left_out=adapter.left_out,
            created=adapter.created,
            num_running=self._registry.num_users(adapter),
            training=msgspec.to_builtins(adapter.record),
        )


def _install(slot: int, weights: AdapterWeights) -> Callable[[Runtime], None]:
    return lambda runtime: runtime.bank.install(slot, weights.pairs)
