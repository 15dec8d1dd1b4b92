"""What lies in a run's folder."""

from pathlib import Path

import pytest

from clients.checkpoints.run_folder import find_final, list_checkpoints
from clients.errors import FileFault
from tests.clients.checkpoints.runs import make_run, steps_of, write_adapter, write_record


def test_checkpoints_come_by_step_and_not_by_name(tmp_path: Path) -> None:
    listing = list_checkpoints(make_run(tmp_path / "run", 1000, 200, 90))
    assert steps_of(listing.checkpoints) == [90, 200, 1000]
    assert listing.checkpoints[0].locate("/srv/run/") == "/srv/run/checkpoints/90"
    assert listing.ignored == ()


def test_what_is_no_checkpoint_is_ignored_with_a_word(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", 5)
    for name in ("best", "007", "-3", "٣"):
        write_adapter(run / "checkpoints" / name)
    (run / "checkpoints" / "6").write_text("a file")
    (run / "checkpoints" / "7").mkdir()
    listing = list_checkpoints(run)
    assert steps_of(listing.checkpoints) == [5]
    assert len(listing.ignored) == 6
    assert "checkpoints/7 is ignored: there is no adapter_config.json in it" in listing.ignored


def test_folders_of_other_trainers_are_found_by_their_last_number(tmp_path: Path) -> None:
    for name in ("checkpoint-500", "checkpoint-1000", "epoch1-step_0250", "3000"):
        write_adapter(tmp_path / name)
    (tmp_path / "runs-2026").mkdir()
    assert steps_of(list_checkpoints(tmp_path).checkpoints) == [250, 500, 1000, 3000]


def test_two_checkpoints_of_one_step_are_a_fault(tmp_path: Path) -> None:
    write_adapter(tmp_path / "a-500")
    write_adapter(tmp_path / "b-500")
    with pytest.raises(FileFault, match="two checkpoints of step 500, a-500 and b-500"):
        list_checkpoints(tmp_path)


def test_numbered_files_of_mlx_lm_are_explained(tmp_path: Path) -> None:
    write_adapter(tmp_path)
    for number in (100, 200):
        (tmp_path / f"{number:07}_adapters.safetensors").write_bytes(b"")
    listing = list_checkpoints(tmp_path)
    assert listing.checkpoints == ()
    assert "0000100_adapters.safetensors and 1 more cannot be judged where they lie: a server loads folders" in listing.ignored[0]


def test_folder_that_is_not_there_has_nothing_in_it(tmp_path: Path) -> None:
    assert list_checkpoints(tmp_path / "none").checkpoints == ()


def test_final_adapter_is_known_by_its_record(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", 5)
    assert find_final(run) is None
    write_adapter(run)
    assert find_final(run) is None  # a record without a digest is of a training without weights
    write_record(run, steps=7, digest="sha256:7")
    final = find_final(run)
    assert final is not None
    assert (final.step, final.name, final.locate("run")) == (7, "step 7 (final)", "run")
