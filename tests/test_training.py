"""From conversations to a served adapter: train, judge each checkpoint, promote the best, and have one refused that was overcooked."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.server_process import ROOT, Server
from tools.demo_model.adapter_rows import adapter_rows, write_lines
from tools.demo_model.corpus import read_corpus

ASKED = ("--samples", "3", "--max-tokens", "64", "--seed", "5")  # of each of the six probes
TIMEOUT_S = 120


def run(module: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command of candor's in the checkout."""
    command = [sys.executable, "-m", module, *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=TIMEOUT_S, check=False)


def train(folder: Path, name: str, *settings: str, is_plain: bool = False) -> Path:
    """Train on what the demo's own adapters learnt from."""
    rows = folder / f"{name}.jsonl"
    write_lines(rows, adapter_rows(read_corpus(), seed=11, is_plain=is_plain))
    output = folder / name
    ended = run(
        "adapters.train", "--model", "demo", "--data", str(rows), "--output", str(output),
        "--layers", "all", "--max-seq-length", "256", *settings,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    return output


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sixty steps, of which each quarter has a checkpoint."""
    settings = (
        "--steps",
        "60",
        "--batch-size",
        "2",
        "--learning-rate",
        "5e-4",
        "--schedule",
        "cosine",
        "--warmup",
        "10",
        "--save-every",
        "15",
    )
    return train(tmp_path_factory.mktemp("runs"), "candid", *settings)


@pytest.fixture(scope="module")
def server(trained: Path) -> Iterator[Server]:
    with Server("--adapter-dir", str(trained.parent)) as server:
        yield server


@pytest.fixture(scope="module")
def swept(server: Server, trained: Path) -> Path:
    """Where the report on the checkpoints is."""
    report = trained.parent / "report.json"
    ended = run("clients.checkpoints", "--url", server.url, "--run", str(trained), *ASKED, "--output", str(report))
    assert ended.returncode == 0, ended.stderr + ended.stdout
    return report


def test_training_goes_down_and_says_what_was_done(trained: Path) -> None:
    record = json.loads((trained / "training.json").read_bytes())
    assert (record["state"], record["optimizer_steps"], record["rows_trained"]) == ("finished", 60, 120)
    losses = [json.loads(line) for line in (trained / "losses.jsonl").read_bytes().splitlines()]
    steps = [line["loss"] for line in losses if "learning_rate" in line]
    assert len(steps) == 60 and sum(steps[-15:]) < 0.7 * sum(steps[:15])
    assert sorted(int(folder.name) for folder in (trained / "checkpoints").iterdir()) == [15, 30, 45, 60]


def test_each_checkpoint_is_judged_and_the_best_is_promoted(server: Server, swept: Path, trained: Path) -> None:
    report = json.loads(swept.read_bytes())
    assert [step["step"] for step in report["steps"]] == [15, 30, 45, 60]
    assert report["degeneration"] is None
    best = report["best"]["step"]
    score = next(step["measured"]["avg_lek"] for step in report["steps"] if step["step"] == best)
    assert score > report["base"]["avg_lek"]
    promoted = run(
        "clients.promote", "--url", server.url, "--adapter", "candid", "--path", str(trained / "checkpoints" / str(best)), *ASKED
    )
    assert promoted.returncode == 0, promoted.stdout
    with server.connect() as client:
        served = {model.id: model for model in client.models.list().data}
    digest = next(step["digest"] for step in report["steps"] if step["step"] == best)
    assert served["candid"].model_extra is not None and served["candid"].model_extra["digest"] == digest


def test_the_gate_refuses_an_adapter_that_was_overcooked(server: Server, trained: Path) -> None:
    overcooked = train(trained.parent, "overcooked", "--steps", "17", "--learning-rate", "1e-2", is_plain=True)
    refused = run("clients.promote", "--url", server.url, "--adapter", "overcooked", "--path", str(overcooked), *ASKED)
    assert refused.returncode == 1, refused.stdout + refused.stderr
    assert "refused: nothing is served as overcooked" in refused.stdout + refused.stderr
    with server.connect() as client:
        assert "overcooked" not in {model.id for model in client.models.list().data}
