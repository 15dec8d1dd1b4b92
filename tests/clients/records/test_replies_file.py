"""The replies beside the report."""

from pathlib import Path

import msgspec
import pytest

from clients.errors import UsageFault
from clients.records.flat_record import flatten
from clients.records.record import Record
from clients.records.replies_file import RepliesFile, SavedReplies, read_replies, replies_path
from tests.clients.samples import make_record

RECORDS = (make_record(response="first\nline"), make_record(sample=1, response=""))


def write(path: Path, *records: Record, saved_bytes: int = 0) -> None:
    with RepliesFile(path, saved_bytes=saved_bytes) as replies:
        for record in records:
            replies.write(record)


@pytest.mark.parametrize(("report", "replies"), [("run.json", "run.jsonl"), ("run", "run.jsonl"), ("a.v2.json", "a.v2.jsonl")])
def test_path_stands_beside_the_report(report: str, replies: str, tmp_path: Path) -> None:
    assert replies_path(tmp_path / report) == tmp_path / replies


def test_each_reply_is_on_disk_as_soon_as_it_is_written(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    with RepliesFile(path) as replies:
        for number, record in enumerate(RECORDS, start=1):
            replies.write(record)
            assert read_replies(path).records == RECORDS[:number]


def test_no_report_keeps_no_replies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with RepliesFile(None) as replies:
        replies.write(RECORDS[0])
    assert list(tmp_path.iterdir()) == []


def test_unwritable_place_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(UsageFault, match="nothing was done"), RepliesFile(tmp_path / "absent" / "run.jsonl"):
        pass


def test_nothing_is_saved_where_there_is_no_file(tmp_path: Path) -> None:
    assert read_replies(tmp_path / "run.jsonl") == SavedReplies()


def test_new_run_replaces_what_is_there(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    write(path, *RECORDS)
    write(path, RECORDS[1])
    assert read_replies(path).records == RECORDS[1:]


def test_line_cut_anywhere_is_dropped_and_written_over(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    lines = [msgspec.json.encode(record, enc_hook=flatten) + b"\n" for record in RECORDS]
    for length in range(len(lines[1])):
        path.write_bytes(lines[0] + lines[1][:length])
        saved = read_replies(path)
        assert saved == SavedReplies(records=RECORDS[:1], size_bytes=len(lines[0]))
        write(path, RECORDS[1], saved_bytes=saved.size_bytes)
        assert path.read_bytes() == b"".join(lines)


@pytest.mark.parametrize("line", [b"", b"{}", b"garbage", b"\xff"])
def test_whole_line_that_is_no_reply_is_refused_by_its_number(line: bytes, tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    path.write_bytes(msgspec.json.encode(RECORDS[0], enc_hook=flatten) + b"\n" + line + b"\n")
    with pytest.raises(UsageFault, match="line 2 of"):
        read_replies(path)
