"""A client of other people's making: its folder holds what it is pinned to and what is asked of it."""

from pathlib import Path
from typing import Literal

import msgspec

SUITES = Path(__file__).parent / "suites"
ROOT = Path(__file__).parents[3]


class Client(msgspec.Struct, frozen=True, kw_only=True):
    """A folder of `suites/`: `requirements.txt` and `checks.py`, or `package.json` and `checks.mjs`."""

    name: str
    runtime: Literal["python", "node"]

    @property
    def pins(self) -> Path:
        """What it is pinned to."""
        return SUITES / self.name / ("requirements.txt" if self.runtime == "python" else "package.json")

    @property
    def checks(self) -> Path:
        """The program that asks with it."""
        return SUITES / self.name / ("checks.py" if self.runtime == "python" else "checks.mjs")

    @property
    def home(self) -> Path:
        """Where its environment and its log lie: in the checkout, outside git."""
        return ROOT / ".cache" / "clients" / self.name


def find_clients() -> tuple[Client, ...]:
    """List the clients, by name."""
    folders = sorted(folder for folder in SUITES.iterdir() if folder.is_dir())
    return tuple(Client(name=folder.name, runtime="node" if (folder / "package.json").exists() else "python") for folder in folders)
