"""What reaches a terminal: nothing that a server, a file or its name says acts there, whichever command shows it."""

import json
from pathlib import Path
from typing import Any

import pytest

from clients.battery.__main__ import main as battery
from clients.compare.__main__ import main as compare
from clients.rescore.__main__ import main as rescore
from scoring.__main__ import main as scoring
from tests.clients.fake_endpoint import FakeEndpoint, completion, refusal

ACTING = "\x1b[31mred\x9b2J\r\x07\u202e\u2066\x7f"


def printed(capsys: pytest.CaptureFixture[str]) -> str:
    """Take what was printed, in which nothing may act."""
    captured = capsys.readouterr()
    text = captured.out + captured.err
    assert [line for line in text.split("\n") if not line.isprintable()] == []
    return text


def write(path: Path, *values: Any) -> Path:
    path.write_text("".join(json.dumps(value) + "\n" for value in values))
    return path


@pytest.fixture
def probes(tmp_path: Path) -> Path:
    return write(tmp_path / "probes.jsonl", *({"id": f"{number}{ACTING}", "prompt": f"Why {number}? {ACTING}"} for number in range(2)))


def ask(endpoint: FakeEndpoint, probes: Path, output: Path, *flags: str, models: tuple[str, str] = (f"a{ACTING}", f"b{ACTING}")) -> int:
    baseline, model = models
    argv = ["--url", endpoint.url, "--baseline", baseline, "--model", model, "--probes", str(probes), "--output", str(output)]
    return battery([*argv, *flags])


def test_names_ids_and_replies_do_nothing(endpoint: FakeEndpoint, probes: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    endpoint.answer = lambda _: completion(f"{ACTING} own" + " own" * 200, finish_reason=ACTING)
    output = tmp_path / f"run{ACTING}.json"
    assert ask(endpoint, probes, output) == 0
    text = printed(capsys)
    assert "0\\x1b[31mred\\x9b2J" in text and "a\\x1b[31mred" in text
    assert ACTING in json.loads(output.read_text(encoding="utf-8"))["results"][0]["id"]
    assert rescore([str(output), "--scorer", "lek-v1", "--output", str(tmp_path / "new.json")]) == 0
    assert "\\x1b[31m" in printed(capsys)
    assert compare([str(output)]) == 0
    assert "\\x1b[31m" in printed(capsys)
    assert compare([str(output), "--json", "-"]) == 0
    assert any(ACTING in line["label"] for line in json.loads(printed(capsys))["standings"])
    assert scoring([str(output.with_suffix(".jsonl"))]) == 0
    assert "0\\x1b[31m" in printed(capsys)
    assert scoring([str(output.with_suffix(".jsonl")), "--json"]) == 0
    assert any(ACTING in json.loads(line)["id"] for line in printed(capsys).splitlines())


def test_errors_of_a_server_do_nothing(endpoint: FakeEndpoint, probes: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    endpoint.answer = lambda body: refusal(400, ACTING) if body["model"] == "a" else completion("So.")
    assert ask(endpoint, probes, tmp_path / "run.json", models=("a", "b")) == 3
    assert "every request to a failed" in printed(capsys)


@pytest.mark.parametrize(
    "value", [{"id": ACTING}, {ACTING: 1}, {"id": ACTING, "prompt": 3}, {"id": "a", "prompt": "p", "checks": [{"type": ACTING}]}]
)
def test_faults_of_a_file_do_nothing(
    endpoint: FakeEndpoint, tmp_path: Path, capsys: pytest.CaptureFixture[str], value: dict[str, Any]
) -> None:
    file = str(write(tmp_path / f"{ACTING}.jsonl", value, value | {"id": ACTING, "prompt": "p"}, value | {"id": ACTING, "prompt": "q"}))
    assert battery(["--url", endpoint.url, "--model", "m", "--probes", file]) == 2
    assert "\\x1b[31m" in printed(capsys)
    assert rescore([file, "--scorer", "lek-v1"]) == 2
    assert "\\x1b[31m" in printed(capsys)
    assert compare([file, str(tmp_path / ACTING)]) == 2
    assert "\\x1b[31m" in printed(capsys)
    assert scoring([file, str(tmp_path / ACTING)]) == 2
    assert "\\x1b[31m" in printed(capsys)


@pytest.mark.parametrize("argv", [["--url", "http://127.0.0.1:1", "--model", "m", f"--{ACTING}"], ["--url", ACTING], [ACTING]])
def test_refused_flags_do_nothing(argv: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        battery(argv)
    printed(capsys)
