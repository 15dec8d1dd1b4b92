"""What raises in the engine: one row, or the whole thread."""

import asyncio
import threading
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import mlx.core as mx
import pytest

from adapters.base.device import Device
from server.engine.errors import EngineUnavailable, RowFailed
from server.engine.mlx.batch import Batch
from server.engine.mlx.engine import MlxEngine
from server.engine.mlx.forward.gemma import GemmaForward
from server.engine.mlx.forward.packing import Pass
from server.engine.mlx.messages import Stop
from server.engine.mlx.runtime import Runtime
from server.engine.mlx.worker import Worker
from server.engine.protocol import Sampling
from server.settings.settings import Settings
from tests.server.engine.asking import ask, question
from tests.server.engine.conftest import Run

LIMITS = Settings(max_batch_size=4, max_queue=4).limits


class PoisonedForward:
    """Raises when it reads a certain token, as a fault in one row would."""

    def __init__(self, forward: GemmaForward, poison: int) -> None:
        self.poison = poison
        self._forward = forward
        self.logits = forward.logits

    def __call__(self, lanes: Sequence[Pass]) -> mx.array:
        if any((lane.token_ids == self.poison).any().item() for lane in lanes):
            raise RuntimeError("poisoned")
        return self._forward(lanes)


class PoisonedRuntime(Runtime):
    """A runtime whose model cannot bear one token."""

    poison: int

    def make_batch(self) -> Batch:
        batch = super().make_batch()
        batch._forward = PoisonedForward(self.forward, self.poison)  # type: ignore[assignment]
        return batch


def poisoned_runtime(path: Path, device: Device, poison: int) -> PoisonedRuntime:
    PoisonedRuntime.poison = poison
    return PoisonedRuntime.start(path, device, limits=LIMITS)


def test_a_row_that_raises_fails_alone_and_the_others_end_as_if_nothing_had_been(small_gemma: Path, device: Device, run: Run) -> None:
    sampling = Sampling(temperature=1.0, seed=11)
    fine = MlxEngine.open(model=str(small_gemma), device=device, limits=LIMITS)
    expected = [run(ask(fine, question(f"number {n}", sampling=sampling))).token_ids for n in range(3)]
    run(fine.close(grace_s=1))
    (poison,) = fine._runtime.vocabulary.tokenizer.encode("☃", add_special_tokens=False)[-1:]
    assert not any(poison in ids for ids in expected)

    async def ask_with_a_bad_one(engine: MlxEngine) -> list[Any]:
        asked = [ask(engine, question(f"number {n}", id=f"row-{n}", sampling=sampling)) for n in range(3)]
        return await asyncio.gather(*asked, ask(engine, question("☃", id="bad")), return_exceptions=True)

    start = partial(poisoned_runtime, small_gemma, device, poison)
    engine = MlxEngine(start, model_name="poisoned", root=small_gemma, limits=LIMITS)
    *good, bad = run(ask_with_a_bad_one(engine))
    assert [answer.token_ids for answer in good] == expected
    assert isinstance(bad, RowFailed)
    assert run(ask(engine, question("number 0", sampling=sampling))).token_ids == expected[0]  # and the thread lives on
    with pytest.raises(RowFailed):
        run(ask(engine, question("☃", id="alone")))
    assert engine.load().memory.kv_bytes == 0  # nothing is held for rows that have all failed
    run(engine.close(grace_s=1))


class DyingRuntime(Runtime):
    """A runtime that makes one batch, whose model fails, and no other."""

    num_made = 0

    def make_batch(self) -> Batch:
        self.num_made += 1
        if self.num_made > 1:
            raise MemoryError("no second batch")
        batch = super().make_batch()
        batch._forward = PoisonedForward(self.forward, poison=2)  # type: ignore[assignment]  # <bos>: every prompt has it
        return batch


def test_an_engine_that_has_died_answers_everyone_and_says_so(small_gemma: Path, device: Device, run: Run) -> None:
    start = partial(DyingRuntime.start, small_gemma, device, limits=LIMITS)
    engine = MlxEngine(start, model_name="dying", root=small_gemma, limits=LIMITS)
    assert engine.is_ready()
    for _ in range(2):
        with pytest.raises(EngineUnavailable, match="died"):
            run(ask(engine, question("Hello")))
        assert not engine.is_ready()
    run(engine.close(grace_s=1))


def test_a_call_whose_asker_has_gone_is_not_made_and_harms_nobody(small_gemma: Path, device: Device, run: Run) -> None:
    worker = Worker(partial(Runtime.start, small_gemma, device, limits=LIMITS), batch_size=4, deliver=lambda _: None)
    worker.open()
    made: list[str] = []
    holds, goes_on = threading.Event(), threading.Event()

    def hold(_: Runtime) -> None:
        holds.set()
        goes_on.wait(5)

    held = worker.call(hold)
    holds.wait(5)
    gone = worker.call(lambda _: made.append("gone"))
    assert gone.cancel()
    goes_on.set()
    worker.call(lambda _: made.append("next")).result(5)
    assert held.done() and made == ["next"] and not worker.has_died
    worker.orders.put(Stop())
    worker.join(5)
