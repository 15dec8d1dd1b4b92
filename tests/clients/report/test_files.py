"""The files of a report, from the command line."""

from pathlib import Path

import pytest

from clients.battery.__main__ import main
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
    assert f"cannot write to {tmp_path / 'missing' / 'run'}" in capsys.readouterr().err
    assert endpoint.asked == []
