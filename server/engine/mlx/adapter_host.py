"""Adapters loaded and unloaded beside running requests: reading on a worker thread, the bank between two steps, the books on the loop."""

import asyncio
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from adapters.errors import AdapterNameTaken
from adapters.files import AdapterWeights, read_adapter
from adapters.registry import AdapterRegistry, LoadedAdapter
from server.engine.mlx.runtime import Runtime
from server.engine.mlx.worker import Worker
from server.engine.protocol import AdapterStatus

Result = TypeVar("Result")
CancelUsers = Callable[[LoadedAdapter], None]


class MlxAdapterHost:
    """Implements `server.engine.protocol.AdapterHost` for the MLX engine. A change once begun is finished, even if its client goes away."""

    def __init__(self, worker: Worker, registry: AdapterRegistry, *, num_layers: int, max_rank: int, cancel_users: CancelUsers) -> None:
        self._worker = worker
        self._registry = registry
        self._num_layers = num_layers  # of the base
        self._max_rank = max_rank
        self._cancel_users = cancel_users
        self._cleared: dict[int, asyncio.Event] = {}  # by slot: somebody waits for it to be free
        self._changes: set[asyncio.Task[Any]] = set()

    def statuses(self) -> tuple[AdapterStatus, ...]:
        """List the adapters that can be asked for."""
        return tuple(self._status(adapter) for adapter in self._registry.served())

    async def load(self, name: str, path: Path, *, replace: bool) -> AdapterStatus:
        """Serve the adapter in folder `path` as `name`. Raises AdapterError."""
        return self._status(await self._finish(self._load(name, path, replace=replace)))

    async def unload(self, name: str, *, force: bool) -> AdapterStatus:
        """Serve `name` no longer, and come back when its memory is free. Raises AdapterError."""
        return await self._finish(self._unload(name, force=force))

    def load_at_start(self, name: str, path: Path) -> None:
        """Load before there is an event loop; blocks. Raises AdapterError."""
        if any(adapter.name == name for adapter in self._registry.served()):
            raise AdapterNameTaken(name)
        weights = read_adapter(path, max_rank=self._max_rank)
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

    async def _load(self, name: str, path: Path, *, replace: bool) -> LoadedAdapter:
        registry = self._registry
        registry.begin_change(name)
        try:
            current = next((one for one in registry.served() if one.name == name), None)
            if current and not replace:
                raise AdapterNameTaken(name)
            weights = await asyncio.to_thread(read_adapter, path, max_rank=self._max_rank)
            if current and current.digest == weights.digest:
                return current
            if evicted := registry.choose_evicted(name):
                registry.withdraw(evicted.name)
                await self._clear(evicted)
            slot = registry.reserve_slot(name)
            await self._write(slot, weights)
            adapter = self._loaded(name, slot, weights)
            if replaced := registry.serve(adapter):
                await self._clear(replaced)
            return adapter
        finally:
            registry.end_change(name)

    async def _unload(self, name: str, *, force: bool) -> AdapterStatus:
        registry = self._registry
        registry.begin_change(name)
        try:
            adapter = registry.withdraw(name)
            status = self._status(adapter)
            if registry.num_users(adapter):
                self._cleared[adapter.slot] = cleared = asyncio.Event()
                if force:
                    self._cancel_users(adapter)
                await cleared.wait()
            else:
                await self._clear(adapter)
            return status
        finally:
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
        await self._on_worker(self._worker.call(lambda runtime: runtime.bank.clear(slot)))
        self._registry.free_slot(slot)
        if cleared := self._cleared.pop(slot, None):
            cleared.set()

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
            format=weights.format,
            slot=slot,
            digest=weights.digest,
            rank=weights.rank,
            scale=weights.scale,
            targets=tuple(sorted({".".join(module.split(".")[3:]) for module in weights.pairs})),
            share_of_layers=len(weights.pairs) / self._num_layers,
            size_bytes=weights.size_bytes,
            record=weights.record,
            created=int(time.time()),
        )

    def _status(self, adapter: LoadedAdapter) -> AdapterStatus:
        return AdapterStatus(
            name=adapter.name,
            path=str(adapter.path),
            format=adapter.format,
            digest=adapter.digest,
            rank=adapter.rank,
            scale=adapter.scale,
            targets=adapter.targets,
            share_of_layers=adapter.share_of_layers,
            size_bytes=adapter.size_bytes,
            created=adapter.created,
            num_running=self._registry.num_users(adapter),
            training=msgspec.to_builtins(adapter.record),
        )


def _install(slot: int, weights: AdapterWeights) -> Callable[[Runtime], None]:
    return lambda runtime: runtime.bank.install(slot, weights.pairs)
