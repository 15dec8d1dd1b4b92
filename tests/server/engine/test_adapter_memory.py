"""Adapters that come and go blend no answer and leave no memory behind."""

import asyncio
import gc
from pathlib import Path

import mlx.core as mx
import pytest

from server.engine.mlx.engine import MlxEngine
from tests.server.engine.asking import Answer, ask, question, settle
from tests.server.engine.conftest import Run

NUM_SWAPS = 200
NUM_CLIENTS = 8


@pytest.fixture
def swept_memory() -> None:
    """Take away what earlier tests left in reference cycles and in MLX's cache: MLX counts for the whole process."""
    gc.collect()
    mx.clear_cache()


@pytest.fixture
def engine(empty_engine: MlxEngine) -> MlxEngine:
    return empty_engine


async def memory_at_rest(engine: MlxEngine) -> int:
    """Measure when nothing runs and the last pass has been let go of, which is a moment after the last answer has ended."""
    await settle(engine, lambda load: (load.num_running, load.num_waiting) == (0, 0))
    await asyncio.sleep(0.2)
    gc.collect()
    return mx.get_active_memory()


def test_two_hundred_swaps_under_load_blend_no_answer_and_leak_no_memory(
    swept_memory: None, engine: MlxEngine, run: Run, folders: list[tuple[Path, Path]]
) -> None:
    prompts = [f"Client {number} asks" for number in range(NUM_CLIENTS)]

    async def answers_of(version: Path) -> list[Answer]:
        await engine.adapters.load("swapped", version, replace=True)
        return await asyncio.gather(*(ask(engine, question(p, id=p, adapter="swapped")) for p in prompts))

    async def keep_asking(prompt: str, is_over: asyncio.Event) -> list[Answer]:
        answers = []
        while not is_over.is_set():
            answers.append(await ask(engine, question(prompt, id=prompt, adapter="swapped")))
        return answers

    async def swap_under_load() -> tuple[list[list[Answer]], list[list[Answer]], float]:
        versions = [folders[3][0], folders[4][0]]
        pure = [await answers_of(version) for version in versions]
        await engine.adapters.load("swapped", versions[0], replace=True)
        before = await memory_at_rest(engine)
        is_over = asyncio.Event()
        clients = [asyncio.create_task(keep_asking(prompt, is_over)) for prompt in prompts]
        for number in range(NUM_SWAPS):
            await engine.adapters.load("swapped", versions[(number + 1) % 2], replace=True)
        is_over.set()
        answers = await asyncio.gather(*clients)
        await settle(engine, lambda load: (load.num_running, load.num_waiting) == (0, 0))
        await engine.adapters.load("other", folders[0][0], replace=False)  # anything behind the last clearing
        await engine.adapters.unload("other", force=False)
        return pure, answers, await memory_at_rest(engine) / before

    pure, answers, growth = run(swap_under_load())
    both_versions = [{(version[n].token_ids, version[n].finish.adapter_digest) for version in pure} for n in range(NUM_CLIENTS)]
    assert all(len(versions) == 2 for versions in both_versions)
    for n, of_client in enumerate(answers):
        assert {(answer.token_ids, answer.finish.adapter_digest) for answer in of_client} <= both_versions[n]
    assert {digest for of_client in answers for answer in of_client for digest in [answer.finish.adapter_digest]} == {
        digest for _, digest in both_versions[0]
    }
    assert growth == pytest.approx(1.0, abs=0.02)


def test_unloading_gives_the_memory_back(swept_memory: None, engine: MlxEngine, run: Run, folders: list[tuple[Path, Path]]) -> None:
    async def come_and_go() -> tuple[int, int, int]:
        await ask(engine, question("Hello"))
        before = mx.get_active_memory()
        for number, (folder, _) in enumerate(folders):
            await engine.adapters.load(f"adapter-{number}", folder, replace=False)
            await ask(engine, question("Hello", adapter=f"adapter-{number}"))
        loaded = mx.get_active_memory()
        for number in range(len(folders)):
            await engine.adapters.unload(f"adapter-{number}", force=False)
        return before, loaded, mx.get_active_memory()

    before, loaded, after = run(come_and_go())
    assert after - before < 0.02 * (loaded - before)
