"""The MLX engine as the event loop sees it: takes generations, hands them to the worker, streams back what comes."""

import asyncio
import secrets
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Self

from adapters.routing import BASE_SLOT
from server.engine.errors import EngineUnavailable, ModelLoadError, QueueFull, UnknownAdapter
from server.engine.mlx.device import Device
from server.engine.mlx.fetch import find_model
from server.engine.mlx.prompt import PromptEncoder
from server.engine.mlx.row import Row
from server.engine.mlx.runtime import Runtime
from server.engine.mlx.stream import AnswerStream
from server.engine.mlx.text import AnswerText
from server.engine.mlx.worker import Cancel, Insert, News, Stop, Worker
from server.engine.protocol import Event, Generation, Load, ServedModel

RETRY_AFTER_S = 1  # a row ends every few steps; a client that comes back after a second finds another queue


class MlxEngine:
    """Gemma 3 on MLX: continuous batching, adapters mixed in one batch. Implements `server.engine.protocol.Engine`."""

    def __init__(self, start_runtime: Callable[[], Runtime], *, model_name: str, root: Path, max_batch_size: int, max_queue: int) -> None:
        self._worker = Worker(start_runtime, batch_size=max_batch_size, deliver=self._deliver)
        runtime = self._worker.open()
        self._loaded = runtime.loaded
        self._adapters = {adapter.name: adapter for adapter in runtime.adapters.loaded()}
        self._encoder = PromptEncoder(self._loaded.tokenizer, max_tokens=self._loaded.context_size)
        self._special_tokens = frozenset(self._loaded.tokenizer.all_special_tokens)
        self._base = ServedModel(id=model_name, created=int(time.time()), root=str(root))
        self._max_rows = max_batch_size + max_queue
        self._streams: dict[str, AnswerStream] = {}
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
        device: Device,
        max_batch_size: int,
        max_queue: int,
    ) -> Self:
        """Load a model (folder or Hugging Face repository) and its adapters (name, folder); blocks until it is ready.

        Raises ModelLoadError. `device` comes from `prepare_device`, called before MLX was imported.
        """
        path = find_model(model)
        name = model_name or (path.resolve().name if Path(model).expanduser().is_dir() else model)
        if any(adapter == name for adapter, _ in adapters):
            raise ModelLoadError(f"an adapter and the base model are both named {name!r}: give one another name")
        start_runtime = partial(Runtime.start, path, device, adapters, batch_size=max_batch_size)
        return cls(start_runtime, model_name=name, root=path, max_batch_size=max_batch_size, max_queue=max_queue)

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
            ServedModel(id=one.name, created=self._base.created, parent=self._base.id, root=str(one.path), digest=one.digest)
            for one in self._adapters.values()
        )
        return (self._base, *adapters)

    def load(self) -> Load:
        """Count the running and the waiting rows."""
        num_running = sum(stream.is_started for stream in self._streams.values())
        return Load(num_running=num_running, num_waiting=len(self._streams) - num_running)

    def is_ready(self) -> bool:
        """Say whether a generation would be taken now."""
        return not self._worker.has_died and not self._is_draining

    async def generate(self, generation: Generation) -> AsyncGenerator[Event]:
        """Stream one answer; closing the generator early cancels its row at the next step. Raises EngineError."""
        self._admit(generation)
        self._loop = asyncio.get_running_loop()
        stream = self._streams[generation.id] = AnswerStream()
        try:
            row = await self._make_row(generation)
            self._worker.orders.put(Insert(row))
            async for event in stream.events():
                yield event
        finally:
            del self._streams[generation.id]
            if not stream.has_ended:
                self._worker.orders.put(Cancel(generation.id))
            if not self._streams:
                self._drained.set()

    async def close(self, grace_s: float) -> None:
        """Take nothing new, let running rows end for up to `grace_s` seconds, cancel the rest, free the model."""
        self._is_draining = True
        self._drained.clear()
        if self._streams:
            try:
                await asyncio.wait_for(self._drained.wait(), grace_s)
            except TimeoutError:
                self._deliver_here([(row_id, EngineUnavailable("the server is shutting down")) for row_id in self._streams])
        self._worker.orders.put(Stop())
        await asyncio.to_thread(self._worker.join)
        self._encoder.executor.shutdown(wait=False)

    def _admit(self, generation: Generation) -> None:
        if not self.is_ready():
            raise EngineUnavailable("the server is shutting down" if self._is_draining else "the engine has died: restart the server")
        if generation.adapter is not None and generation.adapter not in self._adapters:
            raise UnknownAdapter(generation.adapter)
        if len(self._streams) >= self._max_rows:
            raise QueueFull(
                f"{len(self._streams)} requests run or wait, which is all this server takes: try again in {RETRY_AFTER_S} s",
                retry_after_s=RETRY_AFTER_S,
            )

    async def _make_row(self, generation: Generation) -> Row:
        arrived_s = time.monotonic()
        loop = asyncio.get_running_loop()
        prompt_ids = await loop.run_in_executor(self._encoder.executor, self._encoder.encode, generation.messages)
        seed = generation.sampling.seed
        return Row(
            id=generation.id,
            prompt_ids=prompt_ids,
            max_tokens=min(generation.max_tokens, self._loaded.context_size - len(prompt_ids)),
            sampling=generation.sampling,
            seed=secrets.randbits(63) if seed is None else seed,
            slot=self._adapters[generation.adapter].slot if generation.adapter else BASE_SLOT,
            text=AnswerText(self._loaded.tokenizer.detokenizer, generation.stop),
            arrived_s=arrived_s,
        )

    def _deliver(self, news: Sequence[tuple[str, News]]) -> None:
        """Called on the worker's thread, once a step: one hand-over to the event loop for the whole batch."""
        if self._loop and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._deliver_here, news)

    def _deliver_here(self, news: Sequence[tuple[str, News]]) -> None:
        for row_id, one in news:
            if stream := self._streams.get(row_id):
                stream.put(one)
