"""Slow tests are found by what they start, however far down it is named."""

import subprocess
from collections.abc import Callable, Iterator

import pytest

from tests.server.fake_engine import FakeEngine
from tests.server.live_server import LiveServer
from tests.server_process import Server
from tests.starters import leads_to_a_starter


def run_a_command() -> None:
    subprocess.run(["true"], check=True)


def call_what_runs_one() -> None:
    run_a_command()


def serve() -> Iterator[Server]:
    with Server() as server:
        yield server


def serve_in_a_thread() -> LiveServer:
    return LiveServer(FakeEngine())


def define_what_runs_one() -> Callable[[], None]:
    return lambda: run_a_command()


def call_itself() -> None:
    call_itself()


def make_an_engine() -> FakeEngine:
    return FakeEngine()


@pytest.mark.parametrize("function", [run_a_command, call_what_runs_one, serve, serve_in_a_thread, define_what_runs_one])
def test_what_starts_something_is_found(function: Callable[[], object]) -> None:
    assert leads_to_a_starter(function, set())


@pytest.mark.parametrize("function", [call_itself, make_an_engine])
def test_what_starts_nothing_is_not(function: Callable[[], object]) -> None:
    assert not leads_to_a_starter(function, set())
