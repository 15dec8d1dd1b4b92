"""The command: what it says without a model, and how fast."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]


def run(*argv: str, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("CANDOR_")}
    command = [sys.executable, "-X", "importtime", "-m", "server", *argv]
    return subprocess.run(command, cwd=CHECKOUT, env=clean | environment, capture_output=True, text=True, check=False)


def test_help_imports_nothing_heavy() -> None:
    done = run("--help")
    assert done.returncode == 0
    assert "--max-batch-size" in done.stdout
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "msgspec" in imported
    assert not imported & {"litestar", "uvicorn", "mlx", "mlx_lm", "transformers", "prometheus_client", "scoring.verdict"}


@pytest.mark.parametrize("argv", [["--nope"], ["--port", "x"], ["--scorer", "lek-v0"], ["extra"]])
def test_a_wrong_flag_ends_with_2_before_anything_is_imported(argv: list[str]) -> None:
    done = run(*argv)
    assert done.returncode == 2
    assert "litestar" not in done.stderr
    assert "error:" in done.stderr


def test_a_wrong_variable_ends_with_2_and_is_named() -> None:
    done = run(CANDOR_NOPE="1")
    assert done.returncode == 2
    assert "CANDOR_NOPE is not a setting" in done.stderr


def test_a_model_that_is_not_there_ends_with_1_and_one_line(tmp_path: Path) -> None:
    done = run("--model", str(tmp_path / "nowhere"), "--port", "0")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    (line,) = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
    assert "nowhere" in line


def test_an_adapter_that_is_not_there_ends_with_1_and_no_abort(small_gemma: Path, tmp_path: Path) -> None:
    done = run("--model", str(small_gemma), "--adapter", f"a={tmp_path / 'nowhere'}", "--port", "0")
    assert done.returncode == 1
    assert "error: adapter 'a' could not be loaded" in done.stderr


def test_a_chat_template_that_cannot_be_used_ends_with_1_and_one_line(tmp_path: Path) -> None:
    file = tmp_path / "mine.jinja"
    file.write_text("{% if %}")
    done = run("--chat-template", str(file), "--port", "0")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    (line,) = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
    assert "mine.jinja cannot be used: Expected an expression" in line
