"""The files of a report, from the command line."""

from pathlib import Path

import pytest

from clients.battery.__main__ import main
from clients.errors import UsageFault
from clients.file_writing import replace_file
from tests.clients.fake_endpoint import FakeEndpoint
from tests.clients.report.html.page import parse


def test_markdown_and_page_are_written_beside_the_json(endpoint: FakeEndpoint, tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("run.json", "run.md", "run.html")]
    flags = [f"--{flag}={file}" for flag, file in zip(("output", "markdown", "html"), files, strict=True)]
    assert main(["--url", endpoint.url, "--baseline", "base", "--model", "tuned", *flags]) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["run.html", "run.json", "run.jsonl", "run.md"]
    assert files[1].read_text(encoding="utf-8").startswith("# tuned against base\n")
    assert parse(files[2].read_text(encoding="utf-8")).one("h1").text == "tuned against base"


@pytest.mark.parametrize("flag", ["--markdown", "--html"])
def test_file_that_cannot_be_written_is_told_before_anything_is_asked(
    endpoint: FakeEndpoint, tmp_path: Path, capsys: pytest.CaptureFixture[str], flag: str
) -> None:
    assert main(["--url", endpoint.url, flag, str(tmp_path / "missing" / "run")]) == 2
    assert f"cannot write the report to {tmp_path / 'missing' / 'run'}" in capsys.readouterr().err
    assert endpoint.asked == []


def test_file_is_replaced_as_a_whole_or_not_at_all(tmp_path: Path) -> None:
    replace_file(tmp_path / "a", b"new")
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("a", b"new")]
    (tmp_path / "b").mkdir()
    with pytest.raises(UsageFault, match=r"cannot write the report to .*/b: "):
        replace_file(tmp_path / "b", b"new")
