"""Adapters come, go and change while answers are made: each answer is of one version from its first token to its last."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import mlx.core as mx
import pytest

from adapters.errors import AdapterBusy, AdapterError, AdapterNameTaken, AdapterNotLoaded, MismatchedAdapter, SlotsFull
from server.engine.errors import AdapterWithdrawn, UnknownAdapter
from server.engine.mlx.device import Device
from server.engine.mlx.engine import Limits, MlxEngine
from server.engine.protocol import AdapterHost, Load
from tests.server.engine.asking import Answer, ask, question
from tests.server.engine.conftest import Run
from tests.server.engine.test_engine import settle
from tests.server.engine.test_parity import reference
from tools.random_adapter import write_random_adapter
from tools.random_gemma3 import Shape, write_random_gemma3

RANKS = (2, 4, 8, 32, 3, 16, 5, 24)
NUM_SWAPS = 200
NUM_CLIENTS = 8


@pytest.fixture(scope="module")
def folders(small_gemma: Path, tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Path, Path]]:
    """Eight adapters of mixed rank, each in mlx-lm's format and in PEFT's."""
    root = tmp_path_factory.mktemp("both-formats")
    made = []
    for seed, rank in enumerate(RANKS):
        mlx_lm_folder, peft_folder = root / f"mlx-lm-{seed}", root / f"peft-{seed}"
        write_random_adapter(mlx_lm_folder, base=small_gemma, rank=rank, seed=seed, size=0.05, peft_folder=peft_folder)
        made.append((mlx_lm_folder, peft_folder))
    return made


@pytest.fixture
def engine(small_gemma: Path, device: Device, run: Run) -> Iterator[MlxEngine]:
    """The small model without adapters: room for eight, ranks up to 32."""
    limits = Limits(max_batch_size=16, max_queue=16, max_adapters=8, max_adapter_rank=32)
    engine = MlxEngine.open(model=str(small_gemma), device=device, limits=limits)
    yield engine
    run(engine.close(grace_s=5))


def test_the_engine_hosts_adapters(engine: MlxEngine) -> None:
    assert isinstance(engine.adapters, AdapterHost)
    assert engine.adapters.statuses() == ()


@pytest.mark.parametrize("form", [0, 1], ids=["mlx-lm", "peft"])
def test_eight_adapters_in_a_mixed_batch_answer_as_each_does_alone(
    engine: MlxEngine, run: Run, small_gemma: Path, folders: list[tuple[Path, Path]], device: Device, form: int
) -> None:
    prompts = ["Tell me one thing", "And another one, please, of some length"]
    alone = [reference(small_gemma, prompts, device, mlx_lm_folder) for mlx_lm_folder, _ in folders]

    async def ask_all() -> list[tuple[int, ...]]:
        for number, both in enumerate(folders):
            await engine.adapters.load(f"adapter-{number}", both[form], replace=False)
        asked = [
            ask(engine, question(prompt, id=f"{n}-{m}", adapter=f"adapter-{n}", max_tokens=48))
            for n in range(len(folders))
            for m, prompt in enumerate(prompts)
        ]
        return [answer.token_ids for answer in await asyncio.gather(*asked)]

    assert run(ask_all()) == [answer for answers in alone for answer in answers]
    base = reference(small_gemma, prompts[:1], device)[0]
    assert len({base, *(answers[0] for answers in alone)}) == len(folders) + 1


def test_a_scale_of_zero_is_the_base_and_one_of_two_is_neither(engine: MlxEngine, run: Run, folders: list[tuple[Path, Path]]) -> None:
    async def ask_at_scales() -> list[tuple[int, ...]]:
        await engine.adapters.load("a", folders[0][0], replace=False)
        choices: list[dict[str, Any]] = [{}] + [{"adapter": "a", "adapter_scale": scale} for scale in (0.0, 1.0, 2.0)]
        answers = await asyncio.gather(*(ask(engine, question("Hello", id=f"{n}", **choice)) for n, choice in enumerate(choices)))
        return [answer.token_ids for answer in answers]

    base, none, one, two = run(ask_at_scales())
    assert base == none
    assert len({base, one, two}) == 3


def test_two_hundred_swaps_under_load_blend_no_answer_and_leak_no_memory(
    engine: MlxEngine, run: Run, folders: list[tuple[Path, Path]]
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
        before = mx.get_active_memory()
        is_over = asyncio.Event()
        clients = [asyncio.create_task(keep_asking(prompt, is_over)) for prompt in prompts]
        for number in range(NUM_SWAPS):
            await engine.adapters.load("swapped", versions[(number + 1) % 2], replace=True)
        is_over.set()
        answers = await asyncio.gather(*clients)
        await settle(engine, lambda load: load == Load(num_running=0, num_waiting=0))
        await engine.adapters.load("other", folders[0][0], replace=False)  # anything behind the last clearing
        await engine.adapters.unload("other", force=False)
        return pure, answers, mx.get_active_memory() / before

    pure, answers, growth = run(swap_under_load())
    both_versions = [{(version[n].token_ids, version[n].finish.adapter_digest) for version in pure} for n in range(NUM_CLIENTS)]
    assert all(len(versions) == 2 for versions in both_versions)
    for n, of_client in enumerate(answers):
        assert {(answer.token_ids, answer.finish.adapter_digest) for answer in of_client} <= both_versions[n]
    assert {digest for of_client in answers for answer in of_client for digest in [answer.finish.adapter_digest]} == {
        digest for _, digest in both_versions[0]
    }
    assert growth == pytest.approx(1.0, abs=0.02)


def test_an_answer_that_has_begun_ends_on_the_version_it_began_with(engine: MlxEngine, run: Run, folders: list[tuple[Path, Path]]) -> None:
    async def swap_in_the_middle() -> tuple[Answer, Answer, Answer]:
        await engine.adapters.load("a", folders[0][0], replace=False)
        whole = await ask(engine, question("Hello", adapter="a", max_tokens=100))
        running = asyncio.create_task(ask(engine, question("Hello", adapter="a", max_tokens=100)))
        await settle(engine, lambda load: load.num_running == 1)
        await engine.adapters.load("a", folders[1][0], replace=True)
        later = await ask(engine, question("Hello", id="later", adapter="a", max_tokens=100))
        return whole, await running, later

    whole, begun, later = run(swap_in_the_middle())
    assert (begun.token_ids, begun.finish.adapter_digest) == (whole.token_ids, whole.finish.adapter_digest)
    assert later.token_ids != whole.token_ids


def test_unloading_lets_running_answers_end_and_refuses_new_ones(engine: MlxEngine, run: Run, folders: list[tuple[Path, Path]]) -> None:
    async def unload_in_the_middle() -> tuple[Answer, bool]:
        await engine.adapters.load("a", folders[0][0], replace=False)
        running = asyncio.create_task(ask(engine, question("Hello", adapter="a", max_tokens=200)))
        await settle(engine, lambda load: load.num_running == 1)
        unloading = asyncio.create_task(engine.adapters.unload("a", force=False))
        await settle(engine, lambda _: not engine.adapters.statuses())
        with pytest.raises(UnknownAdapter):
            await ask(engine, question("Hello", id="late", adapter="a"))
        with pytest.raises(AdapterBusy):
            await engine.adapters.load("a", folders[1][0], replace=True)
        await unloading
        return await running, running.done()

    answer, was_done = run(unload_in_the_middle())
    assert was_done and answer.finish.num_completion_tokens == 200
    assert [model.id for model in engine.models()] == ["small-gemma"]


def test_unloading_by_force_fails_its_answers_and_no_others(engine: MlxEngine, run: Run, folders: list[tuple[Path, Path]]) -> None:
    async def unload_by_force() -> list[Any]:
        await engine.adapters.load("a", folders[0][0], replace=False)
        await engine.adapters.load("b", folders[1][0], replace=False)
        running = [asyncio.create_task(ask(engine, question("Hello", id=name, adapter=name, max_tokens=300))) for name in "ab"]
        await settle(engine, lambda load: load.num_running == 2)
        await engine.adapters.unload("a", force=True)
        assert engine.load().num_running == 1
        return await asyncio.gather(*running, return_exceptions=True)

    failed, fine = run(unload_by_force())
    assert isinstance(failed, AdapterWithdrawn)
    assert fine.finish.num_completion_tokens == 300


def test_slots_run_out_with_a_list_and_eviction_takes_the_idle_one(
    small_gemma: Path, device: Device, run: Run, folders: list[tuple[Path, Path]]
) -> None:
    async def fill(engine: MlxEngine) -> list[str]:
        for name, (folder, _) in zip("abc", folders, strict=False):
            await engine.adapters.load(name, folder, replace=False)
        return [status.name for status in engine.adapters.statuses()]

    def open_with(may_evict: bool) -> MlxEngine:
        limits = Limits(max_batch_size=2, max_queue=2, max_adapters=2, evict_adapters=may_evict)
        return MlxEngine.open(model=str(small_gemma), device=device, limits=limits)

    strict, evicting = open_with(False), open_with(True)
    with pytest.raises(SlotsFull, match=r"\(a, b\)"):
        run(fill(strict))
    assert run(fill(evicting)) == ["b", "c"]
    run(strict.close(1))
    run(evicting.close(1))


def test_loading_the_same_name_twice_at_once_lets_one_through(engine: MlxEngine, run: Run, folders: list[tuple[Path, Path]]) -> None:
    async def load_twice() -> list[Any]:
        loads = [engine.adapters.load("a", folder, replace=True) for folder, _ in folders[:2]]
        return await asyncio.gather(*loads, return_exceptions=True)

    first, second = run(load_twice())
    assert first.name == "a"
    assert isinstance(second, AdapterBusy)
    with pytest.raises(AdapterNameTaken):
        run(engine.adapters.load("a", folders[2][0], replace=False))
    with pytest.raises(AdapterNotLoaded):
        run(engine.adapters.unload("nobody", force=False))


def test_the_same_content_again_changes_nothing(engine: MlxEngine, run: Run, folders: list[tuple[Path, Path]]) -> None:
    first = run(engine.adapters.load("a", folders[0][0], replace=False))
    again = run(engine.adapters.load("a", folders[0][1], replace=True))
    assert first.digest == again.digest


def test_a_broken_replacement_leaves_what_is_served_as_it_was(
    engine: MlxEngine, run: Run, tmp_path: Path, folders: list[tuple[Path, Path]]
) -> None:
    other_base = tmp_path / "other-base"
    write_random_gemma3(other_base, Shape(hidden=32, layers=3, intermediate=32, heads=1, head_dim=32, vocabulary=512, pattern=3))
    write_random_adapter(tmp_path / "stranger", base=other_base, rank=2, seed=1)
    (tmp_path / "empty").mkdir()
    run(engine.adapters.load("a", folders[0][0], replace=False))
    before = run(ask(engine, question("Hello", adapter="a")))
    for broken, error in ((tmp_path / "stranger", MismatchedAdapter), (tmp_path / "empty", AdapterError)):
        with pytest.raises(error):
            run(engine.adapters.load("a", broken, replace=True))
        assert run(ask(engine, question("Hello", adapter="a"))).token_ids == before.token_ids
    assert [status.name for status in engine.adapters.statuses()] == ["a"]
