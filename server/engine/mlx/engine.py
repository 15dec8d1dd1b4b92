"""The MLX engine as the event loop sees it: takes generations, hands them to the worker, streams back what comes."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from functools import partial
from pathlib import Path
from typing import Self

import msgspec

from adapters.base.device import Device
from adapters.base.errors import ModelLoadError
from adapters.base.fetch import find_model
from adapters.base.generation_config import read_generation_config
from adapters.base.hub import Repository
from adapters.errors import AdapterChanged, AdapterError, AdapterNotLoaded, BankFull, ReloadFailed, SlotsFull
from adapters.files.hub import fetch_adapter
from adapters.registry import AdapterRegistry, LoadedAdapter
from server.engine.errors import (
    AdapterNotReloaded,
    AdapterWithdrawn,
    EngineUnavailable,
    InvalidGeneration,
    LogitsNotFinite,
    QueueFull,
    UnknownAdapter,
)
from server.engine.generation_config import find_sampling_defaults
from server.engine.limits import Limits
from server.engine.mlx.adapter_host import MlxAdapterHost
from server.engine.mlx.first_prompts import try_prompts
from server.engine.mlx.messages import Cancel, Insert, News, Stop, StopRow
from server.engine.mlx.prompt import PromptEncoder
from server.engine.mlx.row import Row
from server.engine.mlx.row_maker import RowMaker
from server.engine.mlx.runtime import Runtime
from server.engine.mlx.stream import AnswerStream
from server.engine.mlx.texts import MlxTexts
from server.engine.mlx.warm_up import warm_up
from server.engine.mlx.worker import Worker
from server.engine.protocol import AdapterUse, Event, Finish, FinishReason, Generation, Load, MemoryUse, ServedModel, join_parts
from server.engine.sampling_defaults import NO_DEFAULTS, SamplingDefaults

RETRY_AFTER_S = 1  # a row ends every few steps; a client that comes back after a second finds another queue


class MlxEngine:
    """Gemma 3 on MLX: continuous batching, adapters mixed in one batch. Implements `server.engine.protocol.Engine`."""

    def __init__(
        self,
        start_runtime: Callable[[], Runtime],
        *,
        model_name: str,
        root: Path,
        limits: Limits,
        sampling_defaults: SamplingDefaults = NO_DEFAULTS,
    ) -> None:
        self.sampling_defaults = sampling_defaults
        self._worker = Worker(start_runtime, batch_size=limits.max_batch_size, deliver=self._deliver)
        runtime = self._runtime = self._worker.open()
        self._loaded = runtime.loaded
        self.adapters = MlxAdapterHost(
            self._worker,
            AdapterRegistry(max_adapters=limits.max_adapters, may_evict=limits.evict_adapters),
            base=runtime.bank.base_shape,
            max_rank=limits.max_adapter_rank,
            cancel_users=self._cancel_users,
        )
        vocabulary = runtime.vocabulary
        self._encoder = PromptEncoder(
            vocabulary.tokenizer,
            vocabulary.template,
            max_tokens=self._loaded.context_size,
            num_embeddings=self._loaded.vocabulary_size,
        )
        self.texts = MlxTexts(vocabulary, self._encoder, context_size=self._loaded.context_size)
        self._special_tokens = vocabulary.tokenizer.special_tokens.all()
        self._rows = RowMaker(runtime, self._encoder)
        self._base = ServedModel(id=model_name, created=int(time.time()), root=str(root))
        self._max_rows = limits.max_batch_size + limits.max_queue
        self._streams: dict[str, AnswerStream] = {}
        self._made: list[tuple[Row, AnswerStream]] = []  # not handed over yet
        self._loop: asyncio.AbstractEventLoop | None = None
        self._is_draining = False
        self._drained = asyncio.Event()

    @classmethod
    def open(
        cls,
        *,
        model: str,
        model_name: str | None = None,
        adapters: Sequence[tuple[str, Path]] = (),
        chat_template: Path | None = None,
        device: Device,
        limits: Limits,
        has_own_defaults: bool = True,
    ) -> Self:
        """Load a model and its adapters (name, path), folders, repositories or, of a model, a GGUF file; blocks until it is ready.

        A file given as chat template takes the place of the model's own. With `has_own_defaults` its generation_config.json
        says how to draw where a request does not.

        Raises ModelLoadError. `device` comes from `prepare_device`, called before MLX was imported.
        """
        path = find_model(model)
        name = model_name or _find_name(model)
        if any(adapter == name for adapter, _ in adapters):
            raise ModelLoadError(f"an adapter and the base model are both named {name!r}: give one another name")
        start_runtime = partial(Runtime.start, path, device, limits=limits, chat_template=chat_template, warm_up=warm_up)
        generation_config = read_generation_config(path)
        defaults = find_sampling_defaults(generation_config) if has_own_defaults else NO_DEFAULTS
        engine = cls(start_runtime, model_name=name, root=path, limits=limits, sampling_defaults=defaults)
        try:
            try_prompts(engine._encoder, path)
            for adapter, folder in adapters:
                engine._load_at_start(adapter, folder)
        except ModelLoadError:
            engine._stop()
            raise
        return engine

    def _load_at_start(self, name: str, folder: Path) -> None:
        try:
            if not folder.exists() and (repository := Repository.parse(str(folder))):
                fetched = fetch_adapter(repository)
                self.adapters.load_at_start(name, fetched.folder, within=(fetched.cached,), revision=fetched.commit)
            else:
                self.adapters.load_at_start(name, folder)
        except AdapterError as exc:
            raise ModelLoadError(f"adapter {name!r} could not be loaded: {exc}") from exc

    @property
    def fingerprint(self) -> str:
        """Digest of the base's weights and the engine's versions."""
        return self._loaded.fingerprint

    @property
    def special_tokens(self) -> frozenset[str]:
        """The tokenizer's special tokens as they would be spelt in visible text."""
        return self._special_tokens

    def models(self) -> tuple[ServedModel, ...]:
        """List what can be asked for, the base first."""
        adapters = (
            ServedModel(id=one.name, created=one.created, parent=self._base.id, root=one.path, digest=one.digest, state=one.state)
            for one in self.adapters.statuses()
        )
        return (self._base, *adapters)

    def load(self) -> Load:
        """Count rows, and the bytes of their keys and values."""
        num_running = sum(stream.is_started for stream in self._streams.values())
        prefixes = self._runtime.prefixes
        memory = MemoryUse(
            kv_bytes=self._worker.reserved_bytes,
            kv_budget_bytes=self._runtime.budget.memory_bytes,
            prefix_cache_bytes=prefixes.num_bytes,
            prefix_cache_budget_bytes=self._runtime.budget.prefix_cache_bytes,
            num_prefix_lookups=prefixes.num_lookups,
            num_prefix_hits=prefixes.num_hits,
            num_prefix_evictions=prefixes.num_evictions,
        )
        return Load(
            num_running=num_running,
            num_waiting=len(self._streams) - num_running,
            num_prefilling=self._worker.num_reading,
            memory=memory,
        )

    def is_ready(self) -> bool:
        """Say whether a generation would be taken now."""
        return not self._worker.has_died and not self._is_draining

    async def generate(self, generation: Generation) -> AsyncGenerator[Event]:
        """Stream one answer; closing the generator early cancels its row at the next step. Raises EngineError."""
        self._check_room()
        arrived_s = time.monotonic()
        self._loop = asyncio.get_running_loop()
        stream = self._streams[generation.id] = AnswerStream()
        try:
            adapters = stream.adapters = await self._acquire(generation.adapters)
            digest = join_parts(adapter.digest for adapter in adapters)
            row = await self._rows.make(generation, adapters, arrived_s=arrived_s)
            if not stream.has_ended:  # its adapter may have been taken away meanwhile, and the order to cancel it is past
                self._insert(row, stream)
            async with aclosing(stream.events()) as events:
                async for event in events:
                    yield msgspec.structs.replace(event, adapter_digest=digest) if adapters and isinstance(event, Finish) else event
        except LogitsNotFinite as exc:
            names = join_parts(use.name for use in generation.adapters if use.scale != 0)
            raise LogitsNotFinite(exc.num_tokens, adapter=names or None) from exc
        finally:
            del self._streams[generation.id]
            if not stream.has_ended:
                self._worker.orders.put(Cancel(generation.id))
            for adapter in stream.adapters:  # after the cancel, so that the row is gone before a slot can be cleared
                self.adapters.release(adapter)
            if not self._streams:
                self._drained.set()

    def stop(self, generation_id: str, *, reason: str, finish: FinishReason = "stop") -> None:
        """End a running answer at the next step; nothing happens to one that has ended by then."""
        self._worker.orders.put(StopRow(generation_id, reason, finish))

    async def close(self, grace_s: float) -> None:
        """Take nothing new, let running rows end for up to `grace_s` seconds, cancel the rest, free the model."""
        self._is_draining = True
        self._drained.clear()
        if self._streams:
            try:
                await asyncio.wait_for(self._drained.wait(), grace_s)
            except TimeoutError:
                error = EngineUnavailable("the server is shutting down")
                self.adapters.close(error)
                self._deliver_here([(row_id, error) for row_id in self._streams])
        await asyncio.to_thread(self._stop)

    def _stop(self) -> None:
        self._worker.orders.put(Stop())
        self._worker.join()
        self._encoder.close()
        self._rows.close()

    def _check_room(self) -> None:
        if not self.is_ready():
            raise EngineUnavailable("the server is shutting down" if self._is_draining else "the engine has died: restart the server")
        if len(self._streams) >= self._max_rows:
            raise QueueFull(
                f"{len(self._streams)} requests run or wait, which is all this server takes: try again in {RETRY_AFTER_S} s",
                retry_after_s=RETRY_AFTER_S,
            )

    async def _acquire(self, uses: Sequence[AdapterUse]) -> tuple[LoadedAdapter, ...]:
        """Take the versions now served under the names, all or none; those that have made way for others, once they are loaded again."""
        try:
            return await self.adapters.acquire(tuple(use.name for use in uses)) if uses else ()
        except AdapterNotLoaded as exc:
            raise UnknownAdapter(exc.name) from exc
        except ReloadFailed as exc:
            raise AdapterNotReloaded(str(exc), code=_name_reason(exc.reason)) from exc
        except SlotsFull as exc:
            message = f"{len(uses)} adapters are to answer together, and this server loads no more than {exc.max_adapters} at once"
            raise InvalidGeneration(message, param="lora") from exc

    def _insert(self, row: Row, stream: AnswerStream) -> None:
        """Hand a row over together with all that are made in this turn of the event loop: of equal prompts one is read."""
        if not self._made:
            asyncio.get_running_loop().call_soon(self._hand_over)
        self._made.append((row, stream))

    def _hand_over(self) -> None:
        made, self._made = self._made, []
        if rows := tuple(row for row, stream in made if self._streams.get(row.id) is stream and not stream.has_ended):
            self._worker.orders.put(Insert(rows))

    def _cancel_users(self, name: str) -> None:
        """Fail every request that any version of an adapter has a part in."""
        users = [row_id for row_id, stream in self._streams.items() if any(one.name == name for one in stream.adapters)]
        for row_id in users:
            self._worker.orders.put(Cancel(row_id))
        self._deliver_here([(row_id, AdapterWithdrawn(name)) for row_id in users])

    def _deliver(self, news: Sequence[tuple[str, News]]) -> None:
        """Called on the worker's thread, once a step: one hand-over to the event loop for the whole batch."""
        if self._loop and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._deliver_here, news)

    def _deliver_here(self, news: Sequence[tuple[str, News]]) -> None:
        for row_id, one in news:
            if stream := self._streams.get(row_id):
                stream.put(one)


def _name_reason(exc: AdapterError) -> str:
    """Name, for clients, why an adapter could not be loaded again."""
    match exc:
        case AdapterChanged():
            return "adapter_changed"
        case BankFull():
            return "adapter_memory_full"
        case _:
            return "adapter_unreadable"


def _find_name(model: str) -> str:
    """Give what a model is called after its folder, its file, or its repository."""
    path = Path(model).expanduser()
    return path.resolve().name if path.is_dir() else path.name.removesuffix(".gguf") if path.is_file() else model.partition("@")[0]
