"""An experiment keeps to its plan, shortens all configurations alike, and adds up what its parts took."""

from pathlib import Path

import pytest

from bench.experiment.configurations import CONFIGURATIONS
from bench.experiment.durations import Durations
from bench.experiment.plan import Plan, hold_plan, write_training_rows

PLAN = Plan(model="gemma-3-270m", share=0.4, samples=5, max_tokens=96, temperature=1.0, seed=0)


def test_configurations_are_the_notes_shortened_alike() -> None:
    assert [one.count_steps(1) * one.batch_size for one in CONFIGURATIONS] == [2000, 400, 400]
    assert [one.count_steps(0.4) for one in CONFIGURATIONS] == [200, 160, 160]
    flags = CONFIGURATIONS[0].flags(0.4, seed=0)
    assert flags[flags.index("--save-every") + 1] == "50" and flags[flags.index("--learning-rate") + 1] == "1e-05"


def test_another_plan_in_the_same_scratch_is_refused(tmp_path: Path) -> None:
    hold_plan(PLAN, tmp_path)
    hold_plan(PLAN, tmp_path)
    other = Plan(model="gemma-3-270m", share=0.5, samples=5, max_tokens=96, temperature=1.0, seed=0)
    with pytest.raises(ValueError, match="another experiment"):
        hold_plan(other, tmp_path)


def test_durations_add_up_over_attempts(tmp_path: Path) -> None:
    durations = Durations(tmp_path / "durations.jsonl")
    assert durations.sum_up() == {}
    with pytest.raises(OSError), durations.measured("train"):
        raise OSError
    with durations.measured("train"):
        pass
    with durations.measured("judge"):
        pass
    assert list(durations.sum_up()) == ["train", "judge"]


def test_all_stages_are_trained_on_and_nothing_that_is_held_out(tmp_path: Path) -> None:
    write_training_rows(tmp_path / "train.jsonl")
    rows = (tmp_path / "train.jsonl").read_text().splitlines()
    held_out = (Path(__file__).parents[3] / "adapters/curriculum/example/valid.jsonl").read_text().splitlines()
    assert len(rows) == len(set(rows)) == 144
    assert not set(rows) & set(held_out)
