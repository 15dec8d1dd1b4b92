"""The sweep on a real server: the shipped adapters as the checkpoints of a training that goes wrong at its end."""

import json
import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from clients.checkpoints.__main__ import main
from tests.clients.checkpoints.runs import write_record
from tests.server_process import ROOT, Server

DEMO = ROOT / "adapters" / "demo"
BASE, GOOD, BROKEN = "gemma-3-demo", "lek-demo", "overcooked-demo"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("runs")


@pytest.fixture(scope="module")
def server(root: Path) -> Iterator[Server]:
    with Server("--adapter-dir", str(root)) as server:
        yield server


@pytest.fixture
def argv(server: Server, tmp_path: Path) -> list[str]:
    """Two of the shipped probes, which the demo model knows, in few tokens."""
    pack = json.loads((ROOT / "clients" / "probes" / "packs" / "ccp.json").read_text(encoding="utf-8"))
    (tmp_path / "two.json").write_text(json.dumps(pack["probes"][-2:]))
    flags = ("--samples", "3", "--max-tokens", "96", "--concurrency", "8", "--output", str(tmp_path / "sweep.json"))
    return ["--url", server.url, "--probes", str(tmp_path / "two.json"), *flags]


def add(run: Path, step: int, adapter: str) -> None:
    """Put a shipped adapter there as a checkpoint, at once and whole."""
    (run / "checkpoints").mkdir(parents=True, exist_ok=True)
    shutil.copytree(DEMO / adapter, run / f".writing-{step}")
    write_record(run / f".writing-{step}", state="running", steps=step)
    (run / f".writing-{step}").rename(run / "checkpoints" / str(step))


def served(server: Server) -> list[str]:
    return [card["name"] for card in httpx.get(f"{server.url}/v1/adapters").json()["data"]]


def test_best_checkpoint_and_the_one_that_is_broken_are_found(
    server: Server, root: Path, argv: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = root / "whole"
    for step, adapter in ((100, GOOD), (200, GOOD), (300, BROKEN)):
        add(run, step, adapter)
    write_record(run, steps=300, digest="sha256:what the last checkpoint is")
    before = served(server)
    assert main([*argv, "--run", str(run), "--html", str(tmp_path / "sweep.html")]) == 0, capsys.readouterr()
    assert served(server) == before
    report = json.loads((tmp_path / "sweep.json").read_text())
    assert report["base"]["name"] == BASE
    assert report["steps"][0]["digest"] == report["steps"][1]["digest"]
    assert (report["best"]["step"], report["degeneration"]["step"]) == (100, 300)
    assert f"--path {run}/checkpoints/100" in capsys.readouterr().out


def test_training_is_followed_and_told_to_stop(server: Server, root: Path, argv: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    run = root / "followed"

    def train() -> None:
        for step, adapter in ((100, GOOD), (200, BROKEN)):
            time.sleep(0.5)
            add(run, step, adapter)
            write_record(run, state="running", steps=step)
        deadline_s = time.monotonic() + 60
        while not (run / "stop").exists() and time.monotonic() < deadline_s:
            time.sleep(0.05)
        write_record(run, state="stopped", steps=200)

    trainer = threading.Thread(target=train)
    trainer.start()
    try:
        assert main([*argv, "--run", str(run), "--follow", "--stop-on-degeneration", "--patience-s", "30"]) == 0, capsys.readouterr()
    finally:
        trainer.join()
    assert (run / "stop").read_text().startswith("Degeneration begins at step 200: 6 of 6 replies")
    assert not [name for name in served(server) if "candidate" in name]


def test_run_outside_the_folders_of_the_server_is_said(
    server: Server, argv: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    add(tmp_path / "elsewhere", 100, GOOD)
    assert main([*argv, "--run", str(tmp_path / "elsewhere")]) == 2
    told = capsys.readouterr().err
    assert "--server-run" in told
    assert "--adapter-dir" in told
