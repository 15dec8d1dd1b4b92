"""Adapters come, go and change while answers are made: each answer is of one version from its first token to its last."""

import asyncio
import shutil
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from adapters.bank.routed_linear import RoutedLinear
from adapters.base.device import Device
from adapters.errors import AdapterBusy, AdapterChanged, AdapterError, AdapterNameTaken, AdapterNotLoaded, MismatchedAdapter, SlotsFull
from server.engine.errors import AdapterWithdrawn, EngineUnavailable, UnknownAdapter
from server.engine.mlx.batch import Batch
from server.engine.mlx.engine import MlxEngine
from server.engine.protocol import AdapterHost, AdapterStatus
from server.settings.settings import Settings
from tests.server.engine.asking import Answer, ask, question, settle
from tests.server.engine.conftest import Run
from tools.random_adapter import write_random_adapter
from tools.random_gemma3 import Shape, write_random_gemma3


@pytest.fixture
def engine(empty_engine: MlxEngine) -> MlxEngine:
    return empty_engine


def test_the_engine_hosts_adapters(engine: MlxEngine) -> None:
    assert isinstance(engine.adapters, AdapterHost)
    assert engine.adapters.statuses() == ()


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


def test_running_rows_make_a_step_between_the_turns_that_write_and_clear_an_adapter(
    engine: MlxEngine, run: Run, folders: list[tuple[Path, Path]], monkeypatch: pytest.MonkeyPatch
) -> None:
    num_steps, written_at = 0, []
    step, rearrange = Batch.step, RoutedLinear.rearrange

    def count_step(*arguments: Any) -> None:
        nonlocal num_steps
        num_steps += 1
        step(*arguments)

    def note_layer(*arguments: Any) -> None:
        written_at.append(num_steps)
        rearrange(*arguments)

    async def load_beside_a_row() -> list[list[int]]:
        for number in range(6):
            await engine.adapters.load(f"{number}", folders[number][0], replace=False)
        monkeypatch.setattr(Batch, "step", count_step)
        monkeypatch.setattr(RoutedLinear, "rearrange", note_layer)
        running = asyncio.create_task(ask(engine, question("Hello", max_tokens=4000, ignores_stop_ids=True)))
        await settle(engine, lambda load: load.num_running == 1)
        phases = []
        for change in (engine.adapters.load("6", folders[6][0], replace=False), engine.adapters.unload("6", force=False)):
            written_at.clear()
            await change
            phases.append([*written_at])
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        return phases

    for layers in run(load_beside_a_row()):
        most = max(Counter(layers).values())
        assert most <= len(layers) / 4, layers


def test_what_is_not_the_content_asked_for_is_not_served(engine: MlxEngine, run: Run, folders: list[tuple[Path, Path]]) -> None:
    async def replace_by_digest() -> None:
        served = await engine.adapters.load("a", folders[0][0], replace=False)
        with pytest.raises(AdapterChanged, match=f"expected {served.digest}, found sha256:"):
            await engine.adapters.load("a", folders[1][0], replace=True, digest=served.digest)
        assert engine.adapters.statuses() == (served,)
        assert await engine.adapters.load("a", folders[0][0], replace=True, digest=served.digest) == served

    run(replace_by_digest())


def test_the_same_weights_from_elsewhere_keep_their_slot_and_tell_where_they_came_from(
    engine: MlxEngine, run: Run, folders: list[tuple[Path, Path]], tmp_path: Path
) -> None:
    moved = shutil.copytree(folders[0][0], tmp_path / "moved")

    async def load_again_under_a_request() -> tuple[AdapterStatus, Answer, Answer]:
        await engine.adapters.load("a", folders[0][0], replace=False)
        running = asyncio.create_task(ask(engine, question("Hello", adapter="a", max_tokens=100)))
        await settle(engine, lambda load: load.num_running == 1)
        status = await engine.adapters.load("a", moved, replace=True)
        begun = await running
        return status, begun, await ask(engine, question("Hello", id="later", adapter="a", max_tokens=100))

    status, begun, later = run(load_again_under_a_request())
    assert status.path == str(moved)
    assert engine.models()[1].root == str(moved)
    assert begun.token_ids == later.token_ids
    run(engine.adapters.unload("a", force=False))


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


def test_force_ends_an_unloading_that_waits_and_older_versions_too(engine: MlxEngine, run: Run, folders: list[tuple[Path, Path]]) -> None:
    async def force_later() -> tuple[Sequence[Any], list[Any]]:
        await engine.adapters.load("a", folders[0][0], replace=False)
        old = asyncio.create_task(ask(engine, question("Hello", id="old", adapter="a", max_tokens=4000)))
        await settle(engine, lambda load: load.num_running == 1)
        await engine.adapters.load("a", folders[1][0], replace=True)
        new = asyncio.create_task(ask(engine, question("Hello", id="new", adapter="a", max_tokens=4000)))
        await settle(engine, lambda load: load.num_running == 2)
        waiting = asyncio.create_task(engine.adapters.unload("a", force=False))
        await settle(engine, lambda _: not engine.adapters.statuses())
        with pytest.raises(AdapterBusy):
            await engine.adapters.unload("a", force=False)
        assert not waiting.done()
        forced = await engine.adapters.unload("a", force=True)
        return await asyncio.gather(*(old, new), return_exceptions=True), [forced, await waiting]

    answers, statuses = run(force_later())
    assert all(isinstance(answer, AdapterWithdrawn) for answer in answers)
    assert statuses[0] == statuses[1]
    run(engine.adapters.load("a", folders[2][0], replace=False))


def test_many_loads_at_once_fill_the_slots_and_no_more(engine: MlxEngine, run: Run, folders: list[tuple[Path, Path]]) -> None:
    async def load_many() -> list[Any]:
        loads = [engine.adapters.load(f"adapter-{number}", folders[number % 8][number % 2], replace=False) for number in range(20)]
        return await asyncio.gather(*loads, return_exceptions=True)

    outcomes = run(load_many())
    names = tuple(status.name for status in engine.adapters.statuses())
    assert names == tuple(f"adapter-{number}" for number in range(8))
    refused = [outcome for outcome in outcomes if isinstance(outcome, SlotsFull)]
    assert len(refused) == 12 and {one.names for one in refused} == {names}


def test_a_change_that_the_end_of_the_engine_overtakes_is_refused(
    small_gemma: Path, device: Device, run: Run, folders: list[tuple[Path, Path]]
) -> None:
    async def close_in_the_middle() -> Sequence[Any]:
        engine = MlxEngine.open(model=str(small_gemma), adapters=[("a", folders[0][0])], device=device, limits=Settings().limits)
        loading = asyncio.create_task(engine.adapters.load("b", folders[1][0], replace=False))
        await asyncio.sleep(0)
        await engine.close(grace_s=0)
        async with asyncio.timeout(5):
            return await asyncio.gather(loading, engine.adapters.unload("a", force=False), return_exceptions=True)

    assert all(isinstance(outcome, EngineUnavailable) for outcome in run(close_in_the_middle()))


def test_an_answer_whose_adapter_goes_before_its_prompt_is_encoded_never_joins_the_batch(
    engine: MlxEngine, run: Run, folders: list[tuple[Path, Path]], caplog: pytest.LogCaptureFixture
) -> None:
    async def unload_at_once() -> Any:
        await engine.adapters.load("a", folders[0][0], replace=False)
        encoding = asyncio.create_task(ask(engine, question("word " * 3000, adapter="a")))
        await asyncio.sleep(0)
        await engine.adapters.unload("a", force=True)
        failed = (await asyncio.gather(encoding, return_exceptions=True))[0]
        await ask(engine, question("Hello", id="other"))
        return failed

    assert isinstance(run(unload_at_once()), AdapterWithdrawn)
    assert not caplog.records  # a row without its slot would fail the other's step


def test_slots_run_out_with_a_list_and_eviction_takes_the_idle_one(
    small_gemma: Path, device: Device, run: Run, tmp_path: Path, folders: list[tuple[Path, Path]]
) -> None:
    (tmp_path / "broken").mkdir()

    async def fill(engine: MlxEngine) -> list[str]:
        for name, (folder, _) in zip("ab", folders, strict=False):
            await engine.adapters.load(name, folder, replace=False)
        with pytest.raises(AdapterError):
            await engine.adapters.load("c", tmp_path / "broken", replace=False)
        assert [status.name for status in engine.adapters.statuses()] == ["a", "b"]  # nobody goes for what is not served in the end
        await ask(engine, question("Hello", adapter="a"))
        await engine.adapters.load("c", folders[2][0], replace=False)
        return [f"{status.name} {status.state}" for status in engine.adapters.statuses()]

    def open_with(may_evict: bool) -> MlxEngine:
        limits = Settings(max_batch_size=2, max_queue=2, max_adapters=2, evict_adapters=may_evict).limits
        return MlxEngine.open(model=str(small_gemma), device=device, limits=limits)

    strict, evicting = open_with(False), open_with(True)
    with pytest.raises(SlotsFull, match=r"\(a, b\)"):
        run(fill(strict))
    assert run(fill(evicting)) == ["a loaded", "b evicted", "c loaded"]
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
