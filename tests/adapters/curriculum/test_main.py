"""The command ends with the exit codes that it names."""

from pathlib import Path

import pytest

from adapters.curriculum.__main__ import main
from tests.adapters.curriculum.curricula import write_curriculum

STAGES = '[[stages]]\nname = "one"\ndata = "a.jsonl"\n\n[[stages]]\nname = "two"\ndata = "b.jsonl"\n'


def test_it_trains_and_says_what_to_serve(tmp_path: Path, small_gemma: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = write_curriculum(tmp_path, small_gemma, STAGES)
    assert main([str(file), "--output", str(tmp_path / "other")]) == 0
    assert f"python -m server --model {tmp_path}/other/02-two/fused" in capsys.readouterr().out


def test_a_dry_run_is_a_table(tmp_path: Path, small_gemma: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(write_curriculum(tmp_path, small_gemma, STAGES)), "--dry-run"]) == 0
    assert [line.split()[:2] for line in capsys.readouterr().out.splitlines()[2:4]] == [["1", "one"], ["2", "two"]]
    assert not (tmp_path / "made").exists()


def test_faults_of_the_file_are_two_and_missing_data_three(tmp_path: Path, small_gemma: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = write_curriculum(tmp_path, small_gemma, STAGES.replace("one", "two"))
    assert main([str(file)]) == 2
    file = write_curriculum(tmp_path, small_gemma, STAGES)
    assert main([str(file), "--from", "three"]) == 2
    (tmp_path / "b.jsonl").unlink()
    assert main([str(file)]) == 3
    assert "expected one of one, two" in capsys.readouterr().err


def test_the_example_is_a_curriculum(capsys: pytest.CaptureFixture[str]) -> None:
    file = Path(__file__).parents[3] / "adapters/curriculum/example/curriculum.toml"
    assert main([str(file), "--dry-run"]) == 0
    assert "400 steps" in capsys.readouterr().out
