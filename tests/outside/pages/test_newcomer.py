"""What the commands of the pages see of the command that follows them."""

import subprocess
from pathlib import Path

import pytest

from tests.outside.pages.newcomer import make_environment

MAKEFILE = "ARGS ?=\nshow:\n\t@echo 'args=$(ARGS)'\n"


def test_inner_make_takes_no_arguments_of_the_outer_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "Makefile").write_text(MAKEFILE)
    monkeypatch.setenv("MAKEFLAGS", " -- ARGS=README.md")
    monkeypatch.setenv("MAKELEVEL", "1")
    monkeypatch.setenv("ARGS", "README.md")
    shown = subprocess.run(["make", "show"], cwd=tmp_path, env=make_environment(), capture_output=True, text=True, check=True)
    assert shown.stdout == "args=\n"
