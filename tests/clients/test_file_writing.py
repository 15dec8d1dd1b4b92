"""Writing files: whole, through links, and into what is no file."""

import os
import threading
from pathlib import Path

import pytest

from clients.errors import FileFault, UsageFault
from clients.file_writing import check_writable, replace_file


def test_check_leaves_no_trace(tmp_path: Path) -> None:
    check_writable(tmp_path / "run.json")
    assert list(tmp_path.iterdir()) == []


def test_check_leaves_an_older_report_as_it_is(tmp_path: Path) -> None:
    older = tmp_path / "run.json"
    older.write_text("older", encoding="utf-8")
    check_writable(older)
    assert older.read_text(encoding="utf-8") == "older"


def test_check_refuses_a_folder(tmp_path: Path) -> None:
    with pytest.raises(UsageFault, match="nothing was done"):
        check_writable(tmp_path)


def test_file_is_replaced_as_a_whole_or_not_at_all(tmp_path: Path) -> None:
    replace_file(tmp_path / "a", b"new")
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("a", b"new")]
    (tmp_path / "b").mkdir()
    with pytest.raises(FileFault, match=r"cannot write .*/b: "):
        replace_file(tmp_path / "b", b"new")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b"]


@pytest.mark.parametrize("is_there", [True, False])
def test_link_stays_a_link_to_the_new_content(tmp_path: Path, is_there: bool) -> None:
    place, link = tmp_path / "kept" / "run.json", tmp_path / "run.json"
    place.parent.mkdir()
    link.symlink_to(place)
    if is_there:
        place.write_bytes(b"old")
        place.chmod(0o640)
    check_writable(link)
    assert place.exists() == is_there
    replace_file(link, b"new")
    assert link.is_symlink()
    assert place.read_bytes() == b"new"
    assert [path.name for path in place.parent.iterdir()] == ["run.json"]
    if is_there:
        assert place.stat().st_mode & 0o777 == 0o640


def test_links_in_a_circle_are_told(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to(tmp_path / "b")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    with pytest.raises(UsageFault, match="nothing was done"):
        check_writable(tmp_path / "a")


def test_pipe_is_written_into_and_stays(tmp_path: Path) -> None:
    pipe = tmp_path / "run.md"
    os.mkfifo(pipe)
    check_writable(pipe)  # without a reader: must not wait for one
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_bytes()))
    reader.start()
    replace_file(pipe, b"new")
    reader.join()
    assert read == [b"new"]
    assert pipe.is_fifo()
