"""An environment for each client, made once and again when its pins change."""

import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

from tests.outside.clients.client import ROOT, Client
from tests.outside.clients.errors import EnvironmentFailed, RuntimeMissing

NODE_PIN = "26.10.0"  # fetched where the machine has none that is new enough
LEAST_NODE = (22, 22)  # what the newest of the npm clients asks for; older ones get older clients, silently
INSTALL_TIMEOUT_S = 1200


def prepare(client: Client) -> list[str]:
    """Make the environment of a client, unless it is there, and give the command that runs its checks.

    Raises RuntimeMissing and EnvironmentFailed.
    """
    if client.runtime == "python":
        return [str(_prepare_python(client)), str(client.checks)]
    node = _find_node()
    _prepare_node(client, node)
    # Node looks for packages beside the file that imports them, so the checks are copied to where they are.
    for source in (client.checks, Path(__file__).parent / "harness" / "check.mjs"):
        shutil.copy(source, client.home / source.name)
    return [str(node), str(client.home / client.checks.name)]


def _prepare_python(client: Client) -> Path:
    interpreter = client.home / "venv" / "bin" / "python"
    pins = f"{platform.python_version()}\n{client.pins.read_text()}"
    if _is_made(client, pins):
        return interpreter
    shutil.rmtree(client.home, ignore_errors=True)
    client.home.mkdir(parents=True)
    if uv := shutil.which("uv"):
        _run(client, [uv, "venv", "--quiet", "--python", sys.executable, str(client.home / "venv")])
        _run(client, [uv, "pip", "install", "--quiet", "--python", str(interpreter), "-r", str(client.pins)])
    else:
        _run(client, [sys.executable, "-m", "venv", str(client.home / "venv")])
        _run(client, [str(interpreter), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", str(client.pins)])
    _note_made(client, pins)
    return interpreter


def _prepare_node(client: Client, node: Path) -> None:
    pins = client.pins.read_text()
    if _is_made(client, pins):
        return
    shutil.rmtree(client.home, ignore_errors=True)
    client.home.mkdir(parents=True)
    shutil.copy(client.pins, client.home)
    _run(client, [_find_npm(), "install", "--no-audit", "--no-fund", "--prefix", str(client.home)], first_on_path=node.parent)
    _note_made(client, pins)


def _find_node() -> Path:
    if (own := shutil.which("node")) and _node_version(own) >= LEAST_NODE:
        return Path(own)
    home = ROOT / ".cache" / "clients" / ".node" / NODE_PIN
    fetched = home / "node_modules" / "node" / "bin" / "node"
    if not fetched.exists():
        home.mkdir(parents=True, exist_ok=True)
        command = [_find_npm(), "install", "--no-audit", "--no-fund", "--prefix", str(home), f"node@{NODE_PIN}"]
        ended = subprocess.run(command, capture_output=True, text=True, timeout=INSTALL_TIMEOUT_S)
        if ended.returncode or not fetched.exists():
            raise RuntimeMissing(
                f"Node {LEAST_NODE[0]}.{LEAST_NODE[1]} or newer is not here, and npm could not fetch it: {ended.stderr[-500:]}"
            )
    return fetched


def _node_version(node: str) -> tuple[int, int]:
    major, minor, *_ = subprocess.run([node, "--version"], capture_output=True, text=True).stdout.strip().lstrip("v").split(".")
    return int(major), int(minor)


def _find_npm() -> str:
    if npm := shutil.which("npm"):
        return npm
    raise RuntimeMissing("npm is not here (Debian: apt-get install npm)")


def _is_made(client: Client, pins: str) -> bool:
    noted = client.home / "made-of"
    return noted.exists() and noted.read_text() == pins


def _note_made(client: Client, pins: str) -> None:
    (client.home / "made-of").write_text(pins)


def _run(client: Client, command: list[str], *, first_on_path: Path | None = None) -> None:

    path = os.environ["PATH"] if first_on_path is None else f"{first_on_path}{os.pathsep}{os.environ['PATH']}"
    ended = subprocess.run(command, capture_output=True, text=True, timeout=INSTALL_TIMEOUT_S, env=os.environ | {"PATH": path})
    if ended.returncode:
        raise EnvironmentFailed(f"{client.name} could not be installed: {(ended.stderr or ended.stdout)[-1500:]}")
