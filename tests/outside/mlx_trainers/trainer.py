"""A trainer of other people's making: its folder holds what it is pinned to and the program that trains with it."""

import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

import msgspec

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
INSTALL_TIMEOUT_S = 1200
TRAINING_TIMEOUT_S = 900


class TrainerFailed(Exception):
    """It could not be installed, or its program stopped."""


class Trainer(msgspec.Struct, frozen=True):
    """A folder of `trainers/`: `requirements.txt` and `artefacts.py`."""

    name: str

    @property
    def folder(self) -> Path:
        """What it is pinned to, and its program."""
        return HERE / "trainers" / self.name

    @property
    def home(self) -> Path:
        """Where its environment lies: in the checkout, outside git."""
        return ROOT / ".cache" / "mlx_trainers" / self.name

    def make_artefacts(self, bases: Path, out: Path) -> None:
        """Train on the bases in one folder and leave adapters in another. Raises TrainerFailed."""
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONHOME"} | {"PYTHONPATH": str(HERE / "harness")}
        command = [str(self._prepare()), str(self.folder / "artefacts.py"), str(bases), str(out)]
        _run(command, TRAINING_TIMEOUT_S, env=environment, cwd=out)

    def _prepare(self) -> Path:
        """Make its environment, unless it is there with the same pins, and give its interpreter."""
        interpreter, noted = self.home / "bin" / "python", self.home / "made-of"
        pins = f"{platform.python_version()}\n{(self.folder / 'requirements.txt').read_text()}"
        if noted.exists() and noted.read_text() == pins:
            return interpreter
        shutil.rmtree(self.home, ignore_errors=True)
        installed = ["-r", str(self.folder / "requirements.txt")]
        if uv := shutil.which("uv"):
            _run([uv, "venv", "--quiet", "--python", sys.executable, str(self.home)], INSTALL_TIMEOUT_S)
            _run([uv, "pip", "install", "--quiet", "--python", str(interpreter), *installed], INSTALL_TIMEOUT_S)
        else:
            _run([sys.executable, "-m", "venv", str(self.home)], INSTALL_TIMEOUT_S)
            _run([str(interpreter), "-m", "pip", "install", "--quiet", *installed], INSTALL_TIMEOUT_S)
        noted.write_text(pins)
        return interpreter


def find_trainers() -> tuple[Trainer, ...]:
    """List the trainers, by name."""
    return tuple(Trainer(folder.name) for folder in sorted((HERE / "trainers").iterdir()) if (folder / "requirements.txt").exists())


def _run(command: list[str], timeout_s: int, env: dict[str, str] | None = None, cwd: Path | None = None) -> None:
    try:
        ended = subprocess.run(command, capture_output=True, text=True, timeout=timeout_s, env=env, cwd=cwd)
    except subprocess.TimeoutExpired as exc:
        raise TrainerFailed(f"{command[0]} took over {timeout_s} s") from exc
    if ended.returncode:
        raise TrainerFailed(f"{' '.join(command[:3])} ended with {ended.returncode}: {(ended.stderr or ended.stdout)[-3000:]}")
