"""The checks of one client, run in its environment against a server."""

import contextlib
import os
import signal
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

import msgspec

from tests.outside.clients.client import ROOT, Client
from tests.outside.clients.environment import prepare

TIMEOUT_S = 600
HARNESS = Path(__file__).parent / "harness"
# Clients that report to their makers, or look for models and files elsewhere, are told not to.
QUIET = {
    "OPENAI_API_KEY": "none",
    "DO_NOT_TRACK": "1",
    "HF_HUB_OFFLINE": "1",
    "DEEPEVAL_TELEMETRY_OPT_OUT": "YES",
    "HAYSTACK_TELEMETRY_ENABLED": "False",
    "RAGAS_DO_NOT_TRACK": "true",
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",
    "PROMPTFOO_DISABLE_TELEMETRY": "1",
    "PROMPTFOO_DISABLE_UPDATE": "1",
}


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What came of one check."""

    check: str
    fault: str | None = None  # None: it held


def run_checks(client: Client, url: str, *, is_recorded: bool = False) -> Iterator[Outcome]:
    """Run the checks of a client against the server at `url` and give what came of each, as it comes.

    What the client itself prints goes to `log` beside its environment. Raises ClientNotRun.
    """
    command = prepare(client)
    with (client.home / "log").open("w") as log:
        yield from run_program(command, url, log, is_recorded=is_recorded)


def run_program(command: list[str], url: str, log: TextIO, *, is_recorded: bool = False) -> Iterator[Outcome]:
    """Run a program of checks in a folder of its own and give what it tells; one that tells nothing, or dies, is a fault."""
    num_told = 0
    reading, writing = os.pipe()
    with tempfile.TemporaryDirectory() as scratch, os.fdopen(reading) as told:
        process = subprocess.Popen(
            command,
            cwd=scratch,
            env=_environment(command, url, scratch, checks_fd=writing, is_recorded=is_recorded),
            stdout=log,
            stderr=log,
            stdin=subprocess.DEVNULL,
            pass_fds=[writing],
            start_new_session=True,
        )
        os.close(writing)
        watchdog = threading.Timer(TIMEOUT_S, _kill, [process])
        watchdog.start()
        try:
            for line in told:
                num_told += 1
                yield msgspec.json.decode(line, type=Outcome)
            if (status := process.wait()) or not num_told:
                yield Outcome(check="the whole run", fault=f"ended with status {status} after {num_told} checks: see {log.name}")
        finally:
            watchdog.cancel()
            _kill(process)


def _environment(command: list[str], url: str, scratch: str, *, checks_fd: int, is_recorded: bool) -> dict[str, str]:
    path = f"{Path(command[0]).parent}{os.pathsep}{os.environ['PATH']}"
    asked = {"CANDOR_URL": url, "CANDOR_TOKENIZER": str(ROOT / "server" / "demo" / "model"), "CHECKS_FD": str(checks_fd)}
    recorded = {"CANDOR_RECORDS": "1"} if is_recorded else {}
    return os.environ | QUIET | asked | recorded | {"PYTHONPATH": str(HARNESS), "HOME": scratch, "PATH": path}


def _kill(process: subprocess.Popen[bytes]) -> None:
    """End a client with all that it started."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
