"""The parts of a run: one that fails is named and leaves the others."""

from pathlib import Path

import pytest

from bench.machine.child import ChildEnded, child
from bench.machine.report import Backend
from bench.machine.run import Plan, Run


def test_what_candor_chose_is_read_in_a_process_of_its_own(tmp_path: Path) -> None:
    backend = Run(tmp_path, tmp_path, Plan()).read_backend()
    assert isinstance(backend, Backend) and backend.device.startswith("device ") and backend.resident_bytes > 2**20


def test_a_process_that_ends_leaves_its_kind_of_error_and_no_trial(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = Run(tmp_path, tmp_path / "no folder", Plan(num_trial_rounds=0))
    assert run.try_choices() == [] and run.missing == {}
    run = Run(tmp_path, tmp_path / "no folder", Plan(num_trial_rounds=1))
    trials = run.try_choices()
    assert {trial.fault for trial in trials} == {"ModelLoadError"} and len(trials) == 3
    assert "the device's choices" in capsys.readouterr().err


def test_a_part_that_fails_is_missing_by_the_kind_of_its_error_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = Run(tmp_path, tmp_path, Plan())

    def fail() -> list[int]:
        raise OSError("/home/alice is gone")

    nothing: list[int] = []
    assert run._try("speed", fail, nothing) is nothing
    assert run.missing == {"speed": "OSError"}
    assert "/home/alice" in capsys.readouterr().err  # the owner sees it


def test_a_child_that_says_nothing_has_ended(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with child("no_such_module", log=log) as process, pytest.raises(ChildEnded):
        process.read()
    assert "no_such_module" in log.read_text()
