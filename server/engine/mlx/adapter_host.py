"""Adapters loaded and unloaded beside running requests: reading on a worker thread, the bank between two steps, the books on the loop.

Where adapters may be evicted, names outnumber the slots: `adapter_queue.py` has those loaded again that requests wait for.
"""

import asyncio
import time
from collections.abc import Callable, Coroutine, Iterator, Sequence, Set
from concurrent.futures import Future
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import msgspec

from adapters.bank.gains import Gains, plan_turns
from adapters.base.shape import BaseShape
from adapters.errors import AdapterChanged, AdapterNameTaken
from adapters.files.reading import AdapterWeights, read_adapter
from adapters.registry import AdapterRegistry, LoadedAdapter
from server.engine.errors import EngineUnavailable
from server.engine.mlx.adapter_queue import AdapterQueue, Taken
from server.engine.mlx.load_reports import LoadReports, UnderWay
from server.engine.mlx.runtime import Runtime
from server.engine.mlx.trial import AdapterTrial
from server.engine.mlx.worker import Worker
from server.engine.protocol import AdapterLoad, AdapterStatus

Result = TypeVar("Result")

ENDED = object()  # of turns


class Source(NamedTuple):
    """Where an adapter is read from."""

    path: Path
    within: tuple[Path, ...] | None  # what it must not lead out of
    revision: str | None  # the commit that it was fetched at, of one from Hugging Face


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
        self._queue = AdapterQueue(registry, reload=self._reload, give_back=self.release)
        self._trial = AdapterTrial()
        worker.call(self._trial.run_base)  # now, when nobody waits for it
        self._reports = LoadReports()
        self._turn = asyncio.Lock()
        self._leaving: dict[str, Leaving] = {}
        self._changes: set[asyncio.Task[Any]] = set()

    def statuses(self) -> tuple[AdapterStatus, ...]:
        """List the adapters that can be asked for."""
        return tuple(self._status(adapter) for adapter in self._registry.listed())

    def watch(self, note: Callable[[AdapterLoad], None]) -> None:
        """Have `note` told of every load when it has ended, and now of those before."""
        self._reports.watch(note)

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
        """Serve the adapter in folder `path` as `name`. Raises AdapterError."""
        source = Source(path, None if within is None else tuple(within), revision)
        return self._status(await self._finish(self._load(name, source, replace=replace, digest=digest)))

    async def unload(self, name: str, *, force: bool) -> AdapterStatus:
        """Serve `name` no longer, and come back when its memory is free. Raises AdapterError."""
        if force and (leaving := self._leaving.get(name)):  # somebody waits for its requests to end, who need not
            self._cancel_users(name)
            await leaving.has_left.wait()
            return leaving.status
        return await self._finish(self._unload(name, force=force))

    def load_at_start(self, name: str, path: Path, *, within: Sequence[Path] | None = None, revision: str | None = None) -> None:
        """Load before there is an event loop; blocks. Of too many that may be evicted all are tried, and the last ones stay.

        Raises AdapterError.
        """
        registry = self._registry
        if registry.is_listed(name):
            raise AdapterNameTaken(name)
        registry.check_room(name)
        with self._reports.telling("load") as load:
            weights = read_adapter(path, within=within, base=self._base, max_rank=self._max_rank)
            if evicted := registry.choose_evicted(name):
                load.has_evicted = True
                self._worker.call(_clear(registry.evict(evicted.name).slot)).result()
                registry.free_slot(evicted.slot)
            slot = registry.reserve_slot(name)
            gains: Gains = {}
            for find in _plan_gains(weights, self._base):
                gains |= self._worker.call(find).result()
            self._worker.call(_install(slot, weights, gains)).result()
            self._worker.call(self._try(slot, name, weights)).result()
            registry.serve(self._loaded(name, slot, weights, Source(path, None if within is None else tuple(within), revision)))

    async def acquire(self, names: tuple[str, ...]) -> Taken:
        """Take the versions that names stand for, for a request; waits for those that have to be loaded again.

        Raises AdapterNotLoaded, SlotsFull and ReloadFailed.
        """
        return await self._queue.take(names)

    def release(self, adapter: LoadedAdapter) -> None:
        """Give a version back; the last user of one that is no longer served has its slot cleared."""
        if self._registry.release(adapter):
            self._keep(asyncio.ensure_future(self._clear(adapter.name, adapter.slot)))
        self._queue.note_change()

    def close(self, error: EngineUnavailable) -> None:
        """Fail the requests that wait for an adapter."""
        self._queue.close(error)

    async def _load(self, name: str, source: Source, *, replace: bool, digest: str | None) -> LoadedAdapter:
        registry = self._registry
        registry.begin_change(name)
        try:
            if registry.is_listed(name) and not replace:
                raise AdapterNameTaken(name)
            async with self._turn:
                with self._reports.telling("load") as load:
                    registry.check_room(name)
                    weights = await self._read(source.path, source.within, digest)
                    current = registry.find(name) if registry.is_served(name) else None
                    if current and current.digest == weights.digest:
                        again = self._loaded(name, current.slot, weights, source)  # the path and the record of its training may be others
                        registry.serve(again)
                        return again
                    slot = await self._take_slot(name, load)
                    await self._write(slot, weights)
                    await self._try_out(slot, name, weights)
                adapter = self._loaded(name, slot, weights, source)
                if replaced := registry.serve(adapter):
                    await self._clear(name, replaced.slot)
                return adapter
        finally:
            self._end_change(name)

    async def _reload(self, name: str, besides: Set[str]) -> None:
        """Load an evicted name again, in a free slot or that of an idle adapter which is not among `besides`, if that can be done now.

        It is not tried again: neither it nor the base has changed. Raises AdapterError.
        """
        registry = self._registry
        registry.begin_change(name)
        try:
            async with self._turn:
                if not (registry.is_evicted(name) and registry.has_room(name, besides=besides)):
                    return
                with self._reports.telling("reload") as load:
                    evicted = registry.find(name)
                    weights = await self._read(evicted.path, evicted.within, evicted.digest)
                    slot = await self._take_slot(name, load, besides)
                    await self._write(slot, weights)
                registry.serve(msgspec.structs.replace(evicted, slot=slot))
        finally:
            self._end_change(name)

    async def _read(self, path: Path, within: Sequence[Path] | None, digest: str | None) -> AdapterWeights:
        weights = await asyncio.to_thread(read_adapter, path, within=within, base=self._base, max_rank=self._max_rank)
        if digest is not None and weights.digest != digest:
            raise AdapterChanged(path, digest, weights.digest)
        return weights

    async def _take_slot(self, name: str, load: UnderWay, besides: Set[str] = frozenset()) -> int:
        """Take a free slot, or that of an idle adapter. Raises SlotsFull."""
        if evicted := self._registry.choose_evicted(name, besides=besides):
            load.has_evicted = True
            self._registry.evict(evicted.name)
            await self._clear(evicted.name, evicted.slot)
        return self._registry.reserve_slot(name)

    async def _unload(self, name: str, *, force: bool) -> AdapterStatus:
        registry = self._registry
        registry.begin_change(name)
        try:
            is_evicted = registry.is_evicted(name)
            status = self._status(registry.find(name))
            adapter = registry.withdraw(name)
            self._queue.note_change()
            if is_evicted:
                return status
            leaving = self._leaving[name] = Leaving(status, asyncio.Event())
            if force:
                self._cancel_users(name)
            if not registry.num_users(adapter):
                await self._clear(adapter.name, adapter.slot)
            await leaving.has_left.wait()  # older versions may have requests, too
            return leaving.status
        finally:
            self._leaving.pop(name, None)
            self._end_change(name)

    def _end_change(self, name: str) -> None:
        self._registry.end_change(name)
        self._queue.note_change()

    async def _write(self, slot: int, weights: AdapterWeights) -> None:
        try:
            gains: Gains = {}
            for find in _plan_gains(weights, self._base):
                gains |= await self._on_worker(self._worker.call(find))
            await self._change_bank(lambda runtime: runtime.bank.install_in_turns(slot, weights.pairs, gains))
        except BaseException:
            self._registry.free_slot(slot)
            raise

    async def _try_out(self, slot: int, name: str, weights: AdapterWeights) -> None:
        """Raise FailedTrial where what was written is no good, and clear its slot. A call of its own: in between, the rows make a step."""
        try:
            await self._on_worker(self._worker.call(self._try(slot, name, weights)))
        except BaseException:
            await self._clear(name, slot)
            raise

    async def _clear(self, name: str, slot: int) -> None:
        """Free the slot of a version that nobody serves and nobody uses."""
        try:
            await self._change_bank(lambda runtime: runtime.bank.clear_in_turns(slot))
        finally:  # nobody waits for what an engine that has died does no more
            self._registry.free_slot(slot)
            if (leaving := self._leaving.get(name)) and not self._registry.holds_slots(name):
                leaving.has_left.set()
            self._queue.note_change()

    async def _change_bank(self, begin: Callable[[Runtime], Iterator[None]]) -> None:
        """Have the bank changed in turns, each a call of its own: in between, the rows make a step."""
        turns = await self._on_worker(self._worker.call(begin))
        while await self._on_worker(self._worker.call(lambda _: next(turns, ENDED) is not ENDED)):
            pass

    def _try(self, slot: int, name: str, weights: AdapterWeights) -> Callable[[Runtime], None]:
        return lambda runtime: self._trial.check(runtime, slot, name, weights)

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

    def _loaded(self, name: str, slot: int, weights: AdapterWeights, source: Source) -> LoadedAdapter:
        return LoadedAdapter(
            name=name,
            path=weights.path,
            within=source.within,
            revision=source.revision,
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
            state="evicted" if self._registry.is_evicted(adapter.name) else "loaded",
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


def _plan_gains(weights: AdapterWeights, base: BaseShape) -> list[Callable[[Runtime], Gains]]:
    """Give what finds DoRA's gains, to be called one after the other with a step between them."""
    return [lambda runtime, turn=turn: runtime.bank.find_gains(turn) for turn in plan_turns(weights.pairs, base)]  # type: ignore[misc]


def _install(slot: int, weights: AdapterWeights, gains: Gains) -> Callable[[Runtime], None]:
    return lambda runtime: runtime.bank.install(slot, weights.pairs, gains)


def _clear(slot: int) -> Callable[[Runtime], None]:
    return lambda runtime: runtime.bank.clear(slot)
