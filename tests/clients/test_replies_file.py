"""The replies beside the report."""

import json
from pathlib import Path

import pytest

from clients.battery.errors import UsageFault
from clients.battery.replies_file import RepliesFile
from tests.clients.samples import make_record


@pytest.mark.parametrize(("report", "replies"), [("run.json", "run.jsonl"), ("run", "run.jsonl"), ("a.v2.json", "a.v2.jsonl")])
def test_path_stands_beside_the_report(report: str, replies: str, tmp_path: Path) -> None:
    assert RepliesFile(tmp_path / report).path == tmp_path / replies


def test_each_reply_is_on_disk_as_soon_as_it_is_written(tmp_path: Path) -> None:
    with RepliesFile(tmp_path / "run.json") as replies:
        for response in ("first\nline", ""):
            replies.write(make_record(response=response))
            lines = (tmp_path / "run.jsonl").read_text(encoding="utf-8").splitlines()
            assert json.loads(lines[-1])["response"] == response
    assert replies.num_written == len(lines) == 2


def test_no_report_keeps_no_replies() -> None:
    with RepliesFile(None) as replies:
        replies.write(make_record())
    assert replies.path is None


def test_unwritable_place_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(UsageFault, match="nothing was asked"), RepliesFile(tmp_path / "absent" / "run.json"):
        pass
