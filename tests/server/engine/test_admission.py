"""Who may join: as many rows as there is memory for at their longest; the others wait, and what never fits is refused."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from adapters.base.device import Device
from server.engine.errors import InvalidGeneration
from server.engine.mlx.engine import MlxEngine
from server.settings.settings import Settings
from tests.server.engine.asking import Answer, ask, question, settle
from tests.server.engine.conftest import Run


@pytest.fixture
def engine(small_gemma: Path, device: Device, run: Run) -> Iterator[MlxEngine]:
    """The small model with memory for two rows of up to 512 tokens."""
    probe = MlxEngine.open(model=str(small_gemma), device=device, limits=Settings().limits)
    row_bytes = probe._runtime.kv_shape.reserved_bytes(512)
    run(probe.close(grace_s=1))
    limits = Settings(max_batch_size=8, max_queue=8, memory_bytes=2 * row_bytes + 1, prefix_cache_bytes=0).limits
    engine = MlxEngine.open(model=str(small_gemma), device=device, limits=limits)
    yield engine
    run(engine.close(grace_s=5))


def test_rows_wait_until_there_is_memory_for_them_and_are_answered_then(engine: MlxEngine, run: Run) -> None:
    async def ask_four() -> tuple[list[Answer], list[int]]:
        asked = [asyncio.create_task(ask(engine, question(f"Number {n}", id=f"row-{n}", max_tokens=400))) for n in range(4)]
        await settle(engine, lambda load: load.num_running == 2)
        seen = []
        while not all(task.done() for task in asked):
            load = engine.load()
            seen.append(load.num_running)
            assert load.memory.kv_bytes <= load.memory.kv_budget_bytes
            await asyncio.sleep(0.005)
        return [task.result() for task in asked], seen

    answers, seen = run(ask_four())
    assert max(seen) == 2
    assert all(answer.finish.num_completion_tokens == 400 or answer.finish.reason == "stop" for answer in answers)
    assert engine.load().memory.kv_bytes == 0


def test_an_answer_that_can_never_fit_is_refused_and_says_what_would_help(engine: MlxEngine, run: Run) -> None:
    with pytest.raises(InvalidGeneration, match="shorter answer, or give it more --memory-bytes") as refused:
        run(ask(engine, question("Hello", max_tokens=5000)))
    assert refused.value.param == "max_tokens"
    with pytest.raises(InvalidGeneration, match="--memory-bytes") as refused:
        run(ask(engine, question("Hello " * 3000, max_tokens=5)))
    assert (refused.value.param, refused.value.code) == ("messages", "context_length_exceeded")
    assert run(ask(engine, question("Hello", max_tokens=5))).finish.num_completion_tokens > 0


def test_who_asked_for_no_length_gets_as_much_as_there_is_room_for(engine: MlxEngine, run: Run) -> None:
    wish = msgspec.structs.replace(question("Hello", max_tokens=5000), is_limit_asked_for=False)
    finish = run(ask(engine, wish)).finish
    room = engine._rows._find_room()
    assert 512 < room < 5000
    assert finish.reason == "stop" or finish.num_prompt_tokens + finish.num_completion_tokens == room
    with pytest.raises(InvalidGeneration, match="--memory-bytes") as refused:
        run(ask(engine, msgspec.structs.replace(wish, messages=question("Hello " * 3000).messages)))
    assert refused.value.param == "messages"
