"""Where the rows lie: files, folders, and what is missing."""

from pathlib import Path

import pytest

from adapters.command import CommandFault
from adapters.train.data.places import DataFiles, find_data


def write(folder: Path, *names: str) -> None:
    folder.mkdir(exist_ok=True)
    for name in names:
        (folder / name).write_text("{}\n")


def test_a_file_is_itself_and_has_nothing_held_back(tmp_path: Path) -> None:
    write(tmp_path, "rows.jsonl", "valid.jsonl")
    assert find_data(tmp_path / "rows.jsonl", None) == DataFiles(tmp_path / "rows.jsonl", None)


@pytest.mark.parametrize("has_own", [False, True])
def test_a_folder_has_two_files_and_a_named_one_goes_before_its_own(tmp_path: Path, has_own: bool) -> None:
    write(tmp_path / "data", "train.jsonl", *(["valid.jsonl"] if has_own else []))
    write(tmp_path, "other.jsonl")
    train, other = tmp_path / "data/train.jsonl", tmp_path / "other.jsonl"
    assert find_data(tmp_path / "data", None) == DataFiles(train, tmp_path / "data/valid.jsonl" if has_own else None)
    assert find_data(tmp_path / "data", other) == DataFiles(train, other)


def test_all_that_is_missing_is_said_at_once(tmp_path: Path) -> None:
    write(tmp_path / "data", "a.jsonl", "notes.txt")
    with pytest.raises(CommandFault) as caught:
        find_data(tmp_path / "data", tmp_path / "none.jsonl")
    assert str(caught.value) == (
        f"--data {tmp_path}/data has no train.jsonl: it has a.jsonl: name one of them; "
        f"--validation {tmp_path}/none.jsonl: there is no such file"
    )


@pytest.mark.parametrize("data", ["nowhere", "nowhere.jsonl"])
def test_data_that_is_not_there_is_named(tmp_path: Path, data: str) -> None:
    with pytest.raises(CommandFault, match=f"--data .*{data}: there is no such file"):
        find_data(tmp_path / data, None)


def test_a_folder_is_no_validation(tmp_path: Path) -> None:
    write(tmp_path, "train.jsonl")
    with pytest.raises(CommandFault, match="is a folder; expected a file of rows"):
        find_data(tmp_path, tmp_path)


def test_a_folders_files_that_cannot_be_read_are_not_taken_for_missing(tmp_path: Path) -> None:
    (tmp_path / "train.jsonl").mkdir()
    (tmp_path / "valid.jsonl").symlink_to(tmp_path / "gone.jsonl")
    with pytest.raises(CommandFault) as caught:
        find_data(tmp_path, None)
    assert str(caught.value) == (
        f"--data {tmp_path}/train.jsonl is a folder; expected a file of rows; --data {tmp_path}/valid.jsonl: there is no such file"
    )
