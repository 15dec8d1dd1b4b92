"""A hand-written engine: says what it is told to, and notes what is done to it."""

import asyncio
from collections.abc import AsyncGenerator, Sequence

from server.engine.errors import EngineUnavailable, UnknownAdapter
from server.engine.protocol import AdapterStatus, Event, Finish, FinishReason, Generation, Load, Piece, PromptRead, ServedModel, join_parts
from server.engine.sampling_defaults import SamplingDefaults
from tests.server.fake_adapter_host import LEK, FakeAdapterHost
from tests.server.fake_texts import FakeTexts

BASE = ServedModel(id="gemma-3-demo", created=1_700_000_000, root="/models/demo")


def _serve(status: AdapterStatus) -> ServedModel:
    return ServedModel(id=status.name, created=status.created, parent=BASE.id, root=status.path, digest=status.digest)


ADAPTER = _serve(LEK)


class FakeEngine:
    """Answers every generation with the same pieces.

    `failure` is raised instead of piece number `fails_at`; with `gate` set, pieces from `gate_at` on wait until it opens.
    An answer that is stopped ends after `num_late` more pieces, as those of an engine do that were drawn meanwhile.
    """

    def __init__(self, pieces: Sequence[str] = ("Hello", " there", "."), *, reason: FinishReason = "stop") -> None:
        self.pieces = tuple(pieces)
        self.reason: FinishReason = reason
        self.failure: Exception | None = None
        self.fails_at = 0
        self.gate: asyncio.Event | None = None
        self.gate_at = 0
        self.opens_at_stop = False  # what waits at the gate is drawn when the answer is told to stop, as at an engine's next step
        self.served: tuple[ServedModel, ...] = (BASE,)  # beside the adapters
        self.adapters = FakeAdapterHost()
        self.texts = FakeTexts()
        self.sampling_defaults = SamplingDefaults()
        self.ready = True
        self.num_late = 0
        self.stops: list[tuple[str, str]] = []  # id and reason
        self.stop_finish: FinishReason = "stop"  # as which the last of them was to end
        self.generations: list[Generation] = []
        self.cancelled: list[str] = []
        self.was_cancelled = asyncio.Event()
        self.has_reached_gate = asyncio.Event()
        self.grace_s: float | None = None

    @property
    def fingerprint(self) -> str:
        return "fp_fake"

    @property
    def special_tokens(self) -> frozenset[str]:
        return frozenset({"<bos>", "<end_of_turn>", "<start_of_turn>"})

    def models(self) -> tuple[ServedModel, ...]:
        return (*self.served, *(_serve(status) for status in self.adapters.statuses()))

    def load(self) -> Load:
        return Load(num_running=0, num_waiting=0)

    def is_ready(self) -> bool:
        return self.ready and self.grace_s is None

    async def generate(self, generation: Generation) -> AsyncGenerator[Event]:
        self.generations.append(generation)
        if not self.is_ready():
            raise EngineUnavailable("the engine is draining")
        for use in generation.adapters:
            if use.name not in self.adapters.loaded:
                raise UnknownAdapter(use.name)
        digest = join_parts(self.adapters.loaded[use.name].digest for use in generation.adapters) or None
        is_done = False
        stopped_by = None
        num_drawn = num_late = 0
        try:
            if generation.tells_prompt:
                yield PromptRead(token_ids=tuple(range(7)), num_cached_tokens=2)
            for i, text in enumerate(self.pieces):
                if reason := dict(self.stops).get(generation.id):
                    if num_late == self.num_late:
                        stopped_by = reason
                        break
                    num_late += 1
                if self.gate is not None and i >= self.gate_at:
                    self.has_reached_gate.set()
                    await self.gate.wait()
                if self.failure is not None and i >= self.fails_at:
                    raise self.failure
                await asyncio.sleep(0)  # as an engine does, which waits for its thread
                num_drawn += 1
                yield Piece(text=text, token_ids=(i,))
            is_done = True
            yield Finish(
                reason=self.stop_finish if stopped_by else self.reason,
                num_prompt_tokens=7,
                num_completion_tokens=num_drawn,
                num_cached_tokens=2,
                queue_time_s=0.25,
                prefill_time_s=0.5,
                adapter_digest=digest,
                stopped_by=stopped_by,
                num_tokens_left=max(0, generation.max_tokens - num_drawn),
            )
        finally:
            if not is_done and self.failure is None:
                self.cancelled.append(generation.id)
                self.was_cancelled.set()

    def stop(self, generation_id: str, *, reason: str, finish: FinishReason = "stop") -> None:
        self.stops.append((generation_id, reason))
        self.stop_finish = finish
        if self.gate and self.opens_at_stop:
            self.gate.set()

    async def close(self, grace_s: float) -> None:
        self.grace_s = grace_s
