"""Under what a measurement was made: without it no figure means anything."""

import os
import platform
import subprocess
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import msgspec

from bench.endpoint import ROOT

PACKAGES = ("mlx", "mlx-lm", "numpy", "msgspec", "uvicorn", "litestar")
DEVICE = "from adapters.base.device import prepare_device; print(prepare_device().describe())"


class Conditions(msgspec.Struct, frozen=True, kw_only=True):
    """The machine, the versions and what was asked for."""

    date: str
    commit: str
    machine: str
    num_cpus: int
    load_average: tuple[float, float, float]  # before the measurement began
    python: str
    versions: dict[str, str]
    device: str  # as candor's engine has it, the weights' type among it
    model: str
    options: dict[str, str]

    def describe(self) -> str:
        """Say it in two lines."""
        load = " ".join(f"{each:.1f}" for each in self.load_average)
        where = f"{self.machine}, {self.num_cpus} processors, load before {load}, {self.device}"
        return f"{self.date}, {self.commit}, model {self.model}, mlx {self.versions['mlx']}, mlx-lm {self.versions['mlx-lm']}\n{where}"


def conditions(model: Path, options: dict[str, str]) -> Conditions:
    """Take them down; call it before the load begins."""
    return Conditions(
        date=datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        commit=_output(["git", "describe", "--always", "--dirty"]) or "no commit",
        machine=f"{platform.system()} {platform.machine()}",
        num_cpus=os.cpu_count() or 1,
        load_average=os.getloadavg(),
        python=platform.python_version(),
        versions={package: version(package) for package in PACKAGES},
        device=_output([sys.executable, "-c", DEVICE]),
        model=model.name,
        options=options,
    )


def _output(command: list[str]) -> str:
    """Run it in the checkout; the device is asked in a process of its own, as finding it loads OpenBLAS."""
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()
