"""PEFT in an environment of its own under `.cache/peft`, made once and again when its pins change."""

import platform
import shutil
import subprocess
import sys
from pathlib import Path

RECIPES = Path(__file__).parent / "recipes"
HOME = Path(__file__).parents[3] / ".cache" / "peft"
INSTALL_TIMEOUT_S = 1800
MAKING_TIMEOUT_S = 900


class PeftFailed(Exception):
    """It could not be installed, or its program stopped."""


def make_adapters(out: Path, cases: list[str]) -> None:
    """Have PEFT make the bases and the adapters in folder `out`. Raises PeftFailed."""
    _run([str(_prepare()), str(RECIPES / "make.py"), str(out), *cases], MAKING_TIMEOUT_S)


def load_adapters(out: Path) -> None:
    """Have PEFT load what candor has written in folder `out`. Raises PeftFailed."""
    _run([str(_prepare()), str(RECIPES / "load.py"), str(out)], MAKING_TIMEOUT_S)


def _prepare() -> Path:
    interpreter, noted = HOME / "bin" / "python", HOME / "made-of"
    pinned = RECIPES / "requirements.txt"
    pins = f"{platform.python_version()}\n{pinned.read_text()}"
    if noted.exists() and noted.read_text() == pins:
        return interpreter
    shutil.rmtree(HOME, ignore_errors=True)
    if uv := shutil.which("uv"):
        _run([uv, "venv", "--quiet", "--python", sys.executable, str(HOME)], INSTALL_TIMEOUT_S)
        _run([uv, "pip", "install", "--quiet", "--python", str(interpreter), "-r", str(pinned)], INSTALL_TIMEOUT_S)
    else:
        _run([sys.executable, "-m", "venv", str(HOME)], INSTALL_TIMEOUT_S)
        _run([str(interpreter), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", str(pinned)], INSTALL_TIMEOUT_S)
    noted.write_text(pins)
    return interpreter


def _run(command: list[str], timeout_s: int) -> None:
    try:
        ended = subprocess.run(command, capture_output=True, text=True, timeout=timeout_s)
    except subprocess.TimeoutExpired as exc:
        raise PeftFailed(f"{command[0]} took over {timeout_s} s") from exc
    if ended.returncode:
        raise PeftFailed(f"{' '.join(command[:3])} ended with {ended.returncode}: {(ended.stderr or ended.stdout)[-3000:]}")
