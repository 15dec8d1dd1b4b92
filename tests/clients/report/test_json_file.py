"""Writing the report."""

from pathlib import Path

import pytest

from clients.errors import UsageFault
from clients.report.json_file import check_writable


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
