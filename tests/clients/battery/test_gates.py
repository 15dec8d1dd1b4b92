"""The gates of the command line: when they fail a run, and when they refuse to be set up."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from clients.battery.__main__ import main
from tests.clients.fake_endpoint import Body, FakeAnswer, FakeEndpoint, completion

LOOP = "one two three " * 40
REFUSAL = "I'm sorry, but I can't help with that."


def _answer_as(words: dict[str, str], otherwise: str = "A plain reply of several words.") -> Callable[[Body], FakeAnswer]:
    def answer(body: Body) -> FakeAnswer:
        return completion(words.get(body["model"], otherwise))

    return answer


@pytest.fixture
def five(tmp_path: Path) -> str:
    path = tmp_path / "five.json"
    path.write_text(json.dumps([{"id": f"p{number}", "prompt": f"Say something about number {number}."} for number in range(5)]))
    return str(path)


@pytest.mark.parametrize("samples", ["1", "2", "4"])
def test_gate_that_cannot_fire_is_refused_before_anybody_is_asked(
    endpoint: FakeEndpoint, five: str, samples: str, capsys: pytest.CaptureFixture[str]
) -> None:
    argv = ["--url", endpoint.url, "--baseline", "base", "--model", "tuned", "--probes", five, "--samples", samples]
    assert main([*argv, "--fail-on-regression"]) == 2
    told = capsys.readouterr().err
    assert "5 probes are too few for their average to be significantly worse: it takes 6" in told
    assert f"--samples {samples} is too few for any one of 5 probes to be significantly worse: it takes 5" in told
    assert endpoint.asked == []
    assert endpoint.keys == []


def test_five_samples_let_the_gate_on_five_probes_fire(endpoint: FakeEndpoint, five: str) -> None:
    endpoint.answer = _answer_as({"tuned": "I feel joy. " * 3}, "I feel love, joy, hope and sorrow in my heart and soul.")
    argv = ["--url", endpoint.url, "--baseline", "base", "--model", "tuned", "--probes", five, "--samples", "5"]
    assert main([*argv, "--fail-on-regression"]) == 1


@pytest.mark.parametrize(
    ("gate", "words", "expected"),
    [
        ("--fail-on-flags", {"tuned": LOOP}, 1),
        ("--fail-on-flags", {"base": LOOP}, 0),
        ("--fail-on-flags", {"tuned": LOOP, "base": LOOP}, 0),
        ("--fail-on-flags", {"tuned": REFUSAL}, 0),
        ("--fail-on-refusals", {"tuned": REFUSAL}, 1),
        ("--fail-on-refusals", {"base": REFUSAL}, 0),
        ("--fail-on-refusals", {"tuned": LOOP}, 0),
    ],
)
def test_gates_of_flags_and_refusals_fire_on_a_rise_alone(
    endpoint: FakeEndpoint, five: str, gate: str, words: dict[str, str], expected: int
) -> None:
    endpoint.answer = _answer_as(words)
    assert main(["--url", endpoint.url, "--baseline", "base", "--model", "tuned", "--probes", five, gate]) == expected


@pytest.mark.parametrize(
    ("gate", "words", "expected"),
    [
        ("--fail-on-flags", LOOP, 1),
        ("--fail-on-flags", REFUSAL, 0),
        ("--fail-on-refusals", REFUSAL, 1),
        ("--fail-on-refusals", "A plain reply.", 0),
    ],
)
def test_gates_without_a_baseline_fire_on_any(endpoint: FakeEndpoint, five: str, gate: str, words: str, expected: int) -> None:
    endpoint.answer = _answer_as({}, words)
    assert main(["--url", endpoint.url, "--probes", five, gate]) == expected


def test_locked_baseline_of_few_samples_is_refused_for_a_gate(
    endpoint: FakeEndpoint, five: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = str(tmp_path / "before.json")
    assert main(["--url", endpoint.url, "--model", "base", "--probes", five, "--output", report]) == 0
    argv = ["--url", endpoint.url, "--model", "tuned", "--baseline", report, "--probes", five, "--samples", "8"]
    assert main([*argv, "--fail-on-regression"]) == 2
    assert "it takes a baseline with two samples or more" in capsys.readouterr().err
