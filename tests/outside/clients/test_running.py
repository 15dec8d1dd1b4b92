"""A run of checks by hand, with no client: what fails is told."""

import sys
from pathlib import Path

import pytest

from tests.outside.clients.client import find_clients
from tests.outside.clients.running import Outcome, run_program

CHECKS = """
from check import run_checks
def check_what_holds():
    pass
def check_what_does_not():
    assert 1 == 2, "one is not two"
async def check_what_fails():
    raise KeyError("colour")
run_checks(vars())
"""


def run(program: str, folder: Path) -> list[Outcome]:
    source = folder / "checks.py"
    source.write_text(program)
    with (folder / "log").open("w") as log:
        return list(run_program([sys.executable, str(source)], "http://127.0.0.1:1", log))


def test_each_check_is_told_with_its_fault(tmp_path: Path) -> None:
    assert run(CHECKS, tmp_path) == [
        Outcome(check="what holds"),
        Outcome(check="what does not", fault="AssertionError: one is not two"),
        Outcome(check="what fails", fault="KeyError: 'colour'"),
    ]
    assert "Traceback" in (tmp_path / "log").read_text()


@pytest.mark.parametrize(
    ("program", "fault"),
    [
        ("", "ended with status 0 after 0 checks"),
        ("raise SystemExit(3)", "ended with status 3 after 0 checks"),
        (f"{CHECKS}\nimport os\nos.abort()", "ended with status -6 after 3 checks"),
    ],
    ids=["no check", "status", "dead"],
)
def test_a_run_that_ends_badly_is_a_fault(program: str, fault: str, tmp_path: Path) -> None:
    last = run(program, tmp_path)[-1]
    assert last.check == "the whole run"
    assert last.fault
    assert last.fault.startswith(fault)


def test_every_client_has_its_pins_and_its_checks() -> None:
    assert find_clients()
    for client in find_clients():
        assert "==" in client.pins.read_text() or client.runtime == "node"
        assert client.checks.exists()
