"""What a training ran with, besides its settings."""

import platform
import tomllib
from importlib.metadata import version
from pathlib import Path

PYPROJECT = Path(__file__).resolve().parents[2] / "pyproject.toml"


def find_versions() -> dict[str, str]:
    """Give the versions that weights may depend on."""
    return {"candor": _read_own(), "mlx": version("mlx"), "mlx-lm": version("mlx-lm"), "python": platform.python_version()}


def _read_own() -> str:
    try:
        own: str = tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))["project"]["version"]
    except (OSError, ValueError, KeyError):
        return "unknown"
    return own
