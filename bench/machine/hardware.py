"""The machine and its versions, without its name or its owner's."""

import os
import platform
import re
import subprocess
import sys
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import msgspec

from bench.endpoint import ROOT
from bench.machine.report import Machine

PACKAGES = (
    "mlx",
    "mlx-metal",
    "mlx-cuda-13",
    "mlx-cuda-12",
    "mlx-cpu",
    "mlx-lm",
    "transformers",
    "tokenizers",
    "numpy",
    "msgspec",
    "uvicorn",
    "litestar",
)
CHIP_OF_PROCESSORS = re.compile(r"^(?:model name|Hardware)\s*:\s*(.+)$", re.MULTILINE)


def read_machine() -> Machine:
    """Take it down; call it before anything is measured."""
    return Machine(
        date=datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        system=_system(),
        chip=_chip(),
        num_cpus=os.cpu_count() or 1,
        memory_bytes=os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        load_average=os.getloadavg()[0],
        python=platform.python_version(),
        versions={"candor": _candor_version()} | {package: found for package in PACKAGES if (found := _version(package))},
        commit=_output("git", "describe", "--always", "--dirty") or "no commit",
    )


def _system() -> str:
    if sys.platform == "darwin":
        return f"macOS {platform.mac_ver()[0]} {platform.machine()}"
    return f"{platform.system()} {platform.release()} {platform.machine()}"


def _chip() -> str:
    if sys.platform == "darwin":
        return _output("sysctl", "-n", "machdep.cpu.brand_string") or "unknown"
    processors = Path("/proc/cpuinfo")
    found = CHIP_OF_PROCESSORS.search(processors.read_text()) if processors.exists() else None
    return found[1].strip() if found else platform.processor() or "unknown"


def _candor_version() -> str:
    project = msgspec.toml.decode((ROOT / "pyproject.toml").read_bytes())["project"]
    return str(project["version"])


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _output(*command: str) -> str:
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()
