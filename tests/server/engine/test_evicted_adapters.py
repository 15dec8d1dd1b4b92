"""More adapters than slots: who was evicted is loaded again for whoever asks, in turn, and answers as before or not at all."""

import asyncio
import random
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from adapters.base.device import Device
from adapters.errors import SlotsFull
from server.engine.errors import AdapterNotReloaded, AdapterWithdrawn, EngineUnavailable, InvalidGeneration, UnknownAdapter
from server.engine.mlx.engine import MlxEngine
from server.engine.protocol import AdapterLoad, AdapterUse
from server.settings.settings import Settings
from tests.server.engine.asking import Answer, ask, question, settle
from tests.server.engine.conftest import Run
from tools.random_adapter import write_random_adapter

LONG = 4000


def open_engine(base: Path, device: Device, *, num_slots: int, **limits: Any) -> MlxEngine:
    chosen = Settings(max_batch_size=16, max_queue=64, max_adapters=num_slots, evict_adapters=True, **limits).limits
    return MlxEngine.open(model=str(base), device=device, limits=chosen)


@pytest.fixture
def one_slot(small_gemma: Path, device: Device, run: Run) -> Iterator[MlxEngine]:
    engine = open_engine(small_gemma, device, num_slots=1)
    yield engine
    run(engine.close(5))


@pytest.fixture
def two_slots(small_gemma: Path, device: Device, run: Run) -> Iterator[MlxEngine]:
    engine = open_engine(small_gemma, device, num_slots=2)
    yield engine
    run(engine.close(5))


@pytest.fixture
def copies(folders: list[tuple[Path, Path]], tmp_path: Path) -> list[Path]:
    """Four of the adapters, where they may be changed."""
    return [shutil.copytree(folder, tmp_path / f"copy-{number}") for number, (folder, _) in enumerate(folders[:4])]


async def load(engine: MlxEngine, names: str, folders: list[Path]) -> None:
    for name, folder in zip(names, folders, strict=False):
        await engine.adapters.load(name, folder, replace=False)


def states(engine: MlxEngine) -> str:
    """Write evicted names small, loaded ones large."""
    assert [(one.id, one.state) for one in engine.models()[1:]] == [(one.name, one.state) for one in engine.adapters.statuses()]
    return "".join(one.name.upper() if one.state == "loaded" else one.name for one in engine.adapters.statuses())


def start(engine: MlxEngine, adapter: str | None, *, id: str, max_tokens: int = 24, **options: Any) -> asyncio.Task[Answer]:
    return asyncio.create_task(ask(engine, question("Hello", id=id, adapter=adapter, max_tokens=max_tokens, **options)))


def test_a_request_loads_an_evicted_adapter_again_as_it_was(one_slot: MlxEngine, run: Run, copies: list[Path]) -> None:
    async def ask_in_turn() -> None:
        await load(one_slot, "a", copies)
        (status,) = one_slot.adapters.statuses()
        before = await ask(one_slot, question("Hello " * 200, adapter="a"))
        await load(one_slot, "b", copies[1:])
        assert states(one_slot) == "aB"
        again = await ask(one_slot, question("Hello " * 200, adapter="a"))
        assert states(one_slot) == "Ab"
        assert one_slot.adapters.statuses()[0] == status
        assert (again.token_ids, again.finish.adapter_digest) == (before.token_ids, status.digest)
        assert again.finish.num_cached_tokens > 0  # what was kept of its prompts is its own still

    run(ask_in_turn())


def test_many_requests_for_one_name_cause_one_load(one_slot: MlxEngine, run: Run, copies: list[Path]) -> None:
    loads: list[AdapterLoad] = []

    async def ask_at_once() -> None:
        await load(one_slot, "ab", copies)
        one_slot.adapters.watch(loads.append)
        answers = await asyncio.gather(*(start(one_slot, "a", id=f"row-{number}") for number in range(12)))
        assert len({answer.token_ids for answer in answers}) == 1

    run(ask_at_once())
    told = [(one.kind, one.outcome, one.has_evicted) for one in loads]
    assert told == [("load", "loaded", False), ("load", "loaded", True), ("reload", "loaded", True)]
    assert all(one.duration_s > 0 for one in loads)


def test_files_that_have_changed_are_refused_until_they_are_loaded_anew(one_slot: MlxEngine, run: Run, copies: list[Path]) -> None:
    async def change_behind_its_back() -> None:
        await load(one_slot, "ab", copies)
        kept = await ask(one_slot, question("Hello", adapter="b"))
        shutil.copytree(copies[2], copies[0], dirs_exist_ok=True)
        for _ in range(2):
            with pytest.raises(
                AdapterNotReloaded, match=r"'a' had made way for others, and cannot be loaded again.*expected sha256.*load it anew"
            ) as told:
                await ask(one_slot, question("Hello", adapter="a"))
            assert told.value.code == "adapter_changed"
            assert states(one_slot) == "aB"  # nobody goes for what is not served
        assert (await ask(one_slot, question("Hello", adapter="b"))).token_ids == kept.token_ids
        anew = await one_slot.adapters.load("a", copies[0], replace=True)
        assert (await ask(one_slot, question("Hello", adapter="a"))).finish.adapter_digest == anew.digest

    run(change_behind_its_back())


def test_files_that_have_gone_are_refused_by_name_and_come_back(one_slot: MlxEngine, run: Run, copies: list[Path], tmp_path: Path) -> None:
    async def take_away() -> None:
        await load(one_slot, "ab", copies)
        copies[0].rename(tmp_path / "away")
        with pytest.raises(AdapterNotReloaded, match=r"'a'.*copy-0.* is not a folder") as told:
            await ask(one_slot, question("Hello", adapter="a"))
        assert (told.value.code, states(one_slot)) == ("adapter_unreadable", "aB")
        (tmp_path / "away").rename(copies[0])
        await ask(one_slot, question("Hello", adapter="a"))
        assert states(one_slot) == "Ab"

    run(take_away())


def test_a_link_that_has_come_to_lead_outside_is_refused_as_at_first(
    one_slot: MlxEngine, run: Run, copies: list[Path], tmp_path: Path
) -> None:
    async def lead_outside() -> None:
        root, weights = tmp_path / "root", "adapters.safetensors"
        root.mkdir()
        inside = shutil.copytree(copies[0], root / "a")
        await one_slot.adapters.load("a", inside, replace=False, within=(root,))
        await load(one_slot, "b", copies[1:])
        (inside / weights).unlink()
        (inside / weights).symlink_to(copies[0] / weights)
        with pytest.raises(AdapterNotReloaded, match="leads out of the folders"):
            await ask(one_slot, question("Hello", adapter="a"))

    run(lead_outside())


def test_a_request_waits_while_all_slots_are_busy_and_leaves_when_its_client_does(
    one_slot: MlxEngine, run: Run, copies: list[Path]
) -> None:
    async def wait() -> None:
        await load(one_slot, "abc", copies)
        running = start(one_slot, "c", id="running", max_tokens=LONG)
        await settle(one_slot, lambda now: now.num_running == 1)
        first, second = start(one_slot, "a", id="first"), start(one_slot, "b", id="second")
        await settle(one_slot, lambda now: now.num_waiting == 2)
        with pytest.raises(SlotsFull):  # whoever loads another is told at once
            await one_slot.adapters.load("d", copies[3], replace=False)
        later = start(one_slot, "c", id="later")  # has its turn behind them
        await settle(one_slot, lambda now: now.num_waiting == 3)
        first.cancel()
        await settle(one_slot, lambda now: now.num_waiting == 2)
        assert states(one_slot) == "abC"
        running.cancel()
        await second
        assert (await later).finish.adapter_digest == one_slot.adapters.statuses()[2].digest
        assert first.cancelled() and states(one_slot) == "abC"

    run(wait())


def test_who_gives_way_is_taken_again_when_nobody_waits_any_more(one_slot: MlxEngine, run: Run, copies: list[Path]) -> None:
    async def change_of_mind() -> None:
        await load(one_slot, "ab", copies)
        running = start(one_slot, "b", id="running", max_tokens=LONG)
        await settle(one_slot, lambda now: now.num_running == 1)
        first = start(one_slot, "a", id="first")
        held = start(one_slot, "b", id="held")
        await settle(one_slot, lambda now: now.num_waiting == 2)
        first.cancel()
        assert (await held).token_ids
        assert not running.done()
        running.cancel()
        await asyncio.gather(running, first, return_exceptions=True)

    run(change_of_mind())


def test_clients_that_go_at_the_same_moment_hold_nobody_up(one_slot: MlxEngine, run: Run, copies: list[Path]) -> None:
    async def go_away() -> None:
        await load(one_slot, "ab", copies)
        running = start(one_slot, "b", id="running", max_tokens=LONG)
        await settle(one_slot, lambda now: now.num_running == 1)
        first, held = start(one_slot, "a", id="first"), start(one_slot, "b", id="held")
        await settle(one_slot, lambda now: now.num_waiting == 2)
        first.cancel()
        await asyncio.sleep(0)  # that one has left the queue, which is about to serve the next
        held.cancel()
        assert (await start(one_slot, "b", id="later")).token_ids
        running.cancel()
        await asyncio.gather(running, first, held, return_exceptions=True)
        assert not any(status.num_running for status in one_slot.adapters.statuses())

    run(go_away())


def test_two_adapters_that_share_a_slot_are_asked_in_turn_however_many_ask_for_one(
    one_slot: MlxEngine, run: Run, copies: list[Path]
) -> None:
    async def crowd() -> list[str]:
        ended: list[str] = []

        async def ask_again_and_again(name: str, number: int) -> None:
            for turn in range(4):
                await ask(one_slot, question("Hello", id=f"{name}-{number}-{turn}", adapter=name, max_tokens=8))
                ended.append(name)

        await load(one_slot, "ab", copies)
        await asyncio.gather(*(ask_again_and_again("b", number) for number in range(6)), ask_again_and_again("a", 0))
        return ended

    ended = run(crowd())
    assert Counter(ended) == {"a": 4, "b": 24}
    assert ended.index("a") < 13  # behind one turn of the six at most, and those that had begun
    assert "b" in ended[ended.index("a") :]


def test_a_name_that_is_unloaded_is_unknown_to_those_who_waited_for_it(one_slot: MlxEngine, run: Run, copies: list[Path]) -> None:
    async def unload() -> None:
        await load(one_slot, "ab", copies)
        running = start(one_slot, "b", id="running", max_tokens=LONG)
        await settle(one_slot, lambda now: now.num_running == 1)
        waiting = start(one_slot, "a", id="waiting")
        held = start(one_slot, "b", id="held")
        await settle(one_slot, lambda now: now.num_waiting == 2)
        assert (await one_slot.adapters.unload("a", force=False)).state == "evicted"
        with pytest.raises(UnknownAdapter, match="'a'"):
            await waiting
        await held
        assert states(one_slot) == "B"
        await one_slot.adapters.unload("b", force=True)
        with pytest.raises(AdapterWithdrawn):
            await running

    run(unload())


def test_the_end_of_the_engine_ends_the_waiting(small_gemma: Path, device: Device, run: Run, copies: list[Path]) -> None:
    async def close() -> list[Any]:
        engine = open_engine(small_gemma, device, num_slots=1)
        await load(engine, "ab", copies)
        asked = [start(engine, name, id=name, max_tokens=LONG) for name in "ba"]
        await settle(engine, lambda now: (now.num_running, now.num_waiting) == (1, 1))
        await engine.close(0)
        async with asyncio.timeout(5):
            return await asyncio.gather(*asked, return_exceptions=True)

    assert all(isinstance(outcome, EngineUnavailable) for outcome in run(close()))


def together(names: str) -> tuple[AdapterUse, ...]:
    return tuple(AdapterUse(name=name) for name in names)


def test_requests_for_several_adapters_never_wait_for_each_other(two_slots: MlxEngine, run: Run, copies: list[Path]) -> None:
    async def cross() -> None:
        await load(two_slots, "abcd", copies)
        pairs = ("ab", "ba", "cd", "da", "bc", "ca", "bd", "a", "d")
        async with asyncio.timeout(60):
            asked = [start(two_slots, None, id=f"{pair}-{turn}", adapters=together(pair)) for turn in range(3) for pair in pairs]
            answers = await asyncio.gather(*asked)
        digests = {status.name: status.digest for status in two_slots.adapters.statuses()}
        expected = [",".join(digests[name] for name in pair) for _ in range(3) for pair in pairs]
        assert [answer.finish.adapter_digest for answer in answers] == expected
        with pytest.raises(InvalidGeneration, match="3 adapters are to answer together, and this server loads no more than 2"):
            await ask(two_slots, question("Hello", adapters=together("abc")))

    run(cross())


def test_a_start_tries_all_and_keeps_the_last(small_gemma: Path, device: Device, run: Run, folders: list[tuple[Path, Path]]) -> None:
    limits = Settings(max_adapters=2, evict_adapters=True).limits
    named = [(name, folder) for name, (folder, _) in zip("abcd", folders, strict=False)]
    engine = MlxEngine.open(model=str(small_gemma), device=device, limits=limits, adapters=named)
    assert states(engine) == "abCD"
    assert run(ask(engine, question("Hello", adapter="a"))).finish.adapter_digest == engine.models()[1].digest
    run(engine.close(5))


def test_a_crowd_over_twenty_adapters_and_three_slots_gets_each_its_own(
    small_gemma: Path, device: Device, run: Run, tmp_path: Path
) -> None:
    names = [f"adapter-{number}" for number in range(20)]
    for number, name in enumerate(names):
        write_random_adapter(tmp_path / name, base=small_gemma, rank=2 + number % 5, seed=number, size=0.2)
    chance = random.Random(1)
    loads: list[AdapterLoad] = []

    async def crowd() -> None:
        engine = open_engine(small_gemma, device, num_slots=3)
        engine.adapters.watch(loads.append)
        for name in names:
            await engine.adapters.load(name, tmp_path / name, replace=False)
        alone = {name: await ask(engine, question("Hello", adapter=name)) for name in names}
        assert len({answer.token_ids for answer in alone.values()}) > 15
        asked = [(name, start(engine, name, id=f"row-{number}")) for number, name in enumerate(chance.choices(names, k=60))]
        cancelled = chance.sample(asked, 15)
        for _, task in cancelled:
            await asyncio.sleep(0.01)
            task.cancel()
        for name, task in asked:
            (outcome,) = await asyncio.gather(task, return_exceptions=True)
            if isinstance(outcome, Answer):
                assert (outcome.token_ids, outcome.finish.adapter_digest) == (alone[name].token_ids, alone[name].finish.adapter_digest)
            else:
                assert isinstance(outcome, asyncio.CancelledError) and (name, task) in cancelled
        now = engine.load()
        assert (now.num_running, now.num_waiting, now.memory.kv_bytes) == (0, 0, 0)
        statuses = engine.adapters.statuses()
        assert [status.name for status in statuses] == names
        assert not any(status.num_running for status in statuses)
        assert Counter(status.state for status in statuses) == {"loaded": 3, "evicted": 17}
        for name in names:
            await engine.adapters.unload(name, force=False)
        assert engine.adapters.statuses() == ()
        await engine.close(5)

    run(crowd())
    assert {one.outcome for one in loads} == {"loaded"}
