"""Watching a run, with a clock and a trainer that the test moves."""

import asyncio
import os
import shutil
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from clients.checkpoints.options import Selection, Watching
from clients.checkpoints.watching import Watcher
from clients.errors import FileFault
from tests.clients.checkpoints.runs import add_checkpoint, make_run, steps_of, write_adapter, write_record

FOLLOWING = Watching(patience_s=100)


class Trainer:
    """Does what comes next each time that somebody waits; time passes only then."""

    def __init__(self, *acts: Callable[[], object]) -> None:
        self._acts = iter(acts)
        self.now_s = 1_000_000.0

    async def sleep(self, seconds: float) -> None:
        self.now_s += seconds
        next(self._acts, lambda: None)()

    def clock(self) -> float:
        return self.now_s


def collect(
    run: Path, trainer: Trainer, *, selection: Selection | None = None, watching: Watching | None = FOLLOWING
) -> tuple[list[list[int]], Watcher]:
    """Wait until nothing more comes; give the batches."""
    watcher = Watcher(run, selection or Selection(), watching, sleep=trainer.sleep, clock=trainer.clock)

    async def batches() -> list[list[int]]:
        found = []
        while batch := await watcher.wait():
            found.append(steps_of(batch))
        return found

    return asyncio.run(batches()), watcher


def test_without_following_all_that_is_there_comes_at_once(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", 10, 20, state="running")
    batches, watcher = collect(run, Trainer(), watching=None)
    assert (batches, watcher.is_dead) == ([[10, 20]], False)


def test_new_checkpoints_come_until_the_record_says_that_it_ended(tmp_path: Path) -> None:
    run = tmp_path / "run"

    def finish() -> None:
        add_checkpoint(run, 20)
        add_checkpoint(run, 30)
        write_record(run, state="stopped", steps=30)

    trainer = Trainer(
        lambda: make_run(run, state="running"),
        lambda: add_checkpoint(run, 10),
        lambda: None,
        finish,
    )
    batches, watcher = collect(run, trainer)
    assert (batches, watcher.is_dead) == ([[10], [20, 30]], False)


def test_training_that_was_begun_anew_is_not_taken_for_the_one_before(tmp_path: Path) -> None:
    run = tmp_path / "run"

    def begin_anew(step: int) -> None:
        shutil.rmtree(run)
        make_run(run, step, state="running")
        write_record(run / "checkpoints" / str(step), state="running", steps=step, digest="sha256:anew")

    for step in (10, 15):
        make_run(run, 10, 20, state="running")
        with pytest.raises(FileFault, match=rf"checkpoints/{step} is of another training .* begun anew"):
            collect(run, Trainer(partial(begin_anew, step)))
        shutil.rmtree(run)


def test_checkpoints_that_are_taken_away_are_no_new_training(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", 10, state="running")

    def go_on() -> None:
        shutil.rmtree(run / "checkpoints" / "10")
        make_run(run, 20)

    assert collect(run, Trainer(go_on))[0] == [[10], [20]]


def test_of_several_that_piled_up_the_newest_alone_comes_where_that_is_wanted(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", 10, 20, 30)
    batches, watcher = collect(run, Trainer(), watching=Watching(skips_to_newest=True))
    assert (batches, watcher.skipped) == ([[30]], [10, 20])


def test_a_run_that_never_comes_is_waited_for_as_long_as_patience_lasts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    trainer = Trainer()
    batches, watcher = collect(tmp_path / "none", trainer)
    assert (batches, watcher.is_dead) == ([], True)
    assert 100 < trainer.now_s - 1_000_000 < 105
    assert capsys.readouterr().err.count("is not there yet: waiting for it") == 1


def test_a_training_whose_losses_stand_still_is_dead_and_one_whose_losses_move_is_not(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", state="running")
    trainer = Trainer()

    def learn() -> Iterator[Callable[[], object]]:
        for step in range(250):  # seconds
            yield lambda step=step: touch(run / "losses.jsonl", trainer.now_s)  # type: ignore[misc]

    touch(run / "training.json", trainer.now_s)
    trainer._acts = learn()
    batches, watcher = collect(run, trainer)
    assert (batches, watcher.is_dead) == ([], True)
    assert 345 < trainer.now_s - 1_000_000 < 355


def touch(path: Path, now_s: float) -> None:
    path.touch()
    os.utime(path, (now_s, now_s))


def test_a_folder_of_another_trainer_is_left_until_it_stands_still(tmp_path: Path) -> None:
    folder = write_adapter(tmp_path / "checkpoint-500")
    weights = folder / "adapter_model.safetensors"
    weights.touch()
    for path in (folder / "adapter_config.json", folder):
        os.utime(path, (0, 0))
    trainer = Trainer()
    touch(weights, trainer.now_s)
    trainer._acts = iter([lambda: touch(weights, trainer.now_s)] * 4)
    watcher = Watcher(tmp_path, Selection(), FOLLOWING, sleep=trainer.sleep, clock=trainer.clock)

    async def first() -> list[int]:
        return steps_of(await watcher.wait())

    assert asyncio.run(first()) == [500]
    assert trainer.now_s == 1_000_009


@pytest.mark.parametrize(
    ("selection", "steps"),
    [(Selection(steps=(20, 40)), [20, 40]), (Selection(every_nth=2), [20, 40]), (Selection(every_nth=3), [30])],
)
def test_some_may_be_chosen(tmp_path: Path, selection: Selection, steps: list[int]) -> None:
    batches, watcher = collect(make_run(tmp_path / "run", 10, 20, 30, 40), Trainer(), selection=selection)
    assert batches == [steps]
    assert watcher.find_missing() == ()


def test_a_step_that_never_came_is_missing(tmp_path: Path) -> None:
    _, watcher = collect(make_run(tmp_path / "run", 10), Trainer(), selection=Selection(steps=(10, 15)))
    assert watcher.find_missing() == (15,)


@pytest.mark.parametrize(
    ("steps", "digest", "batches"),
    [(20, "sha256:20", [[10, 20]]), (20, "sha256:other", [[10, 20], [20]]), (25, "sha256:25", [[10, 20], [25]])],
)
def test_final_adapter_comes_last_unless_it_is_the_last_checkpoint(
    tmp_path: Path, steps: int, digest: str, batches: list[list[int]]
) -> None:
    run = make_run(tmp_path / "run", 10, 20)
    write_adapter(run)
    write_record(run, steps=steps, digest=digest)
    assert collect(run, Trainer())[0] == batches


def test_final_adapter_of_an_earlier_training_is_none_of_one_that_runs(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", 10)
    write_adapter(run)
    write_record(run, state="running", steps=99, digest="sha256:99")
    assert collect(run, Trainer(), watching=None)[0] == [[10]]
