"""What the reports say of how an adapter was trained: as its endpoint tells it of the content that answered, and of no other."""

import json
from pathlib import Path
from typing import Any

import pytest

from clients.battery.__main__ import main
from tests.clients.fake_adapters import FakeAdapters
from tests.clients.fake_endpoint import FakeAnswer, FakeEndpoint, refusal
from tests.clients.report_files import read_report_file

DONE = {
    "basis": "done",
    "iterations": 240,
    "learning_rate": 1e-5,
    "batch_size": 4,
    "examples_seen": 480,
    "effective_updates": 120,
    "epochs": 1.25,
    "tokens_trained": 31204,
    "rows_cut": 2,
    "rows_dropped": 1,
    "final_loss": 2.309,
    "final_validation_loss": 2.4,
    "state": "stopped",
    "resumed_from": "<first>|*one*",
    "note": None,
    "a_later_versions": {"field": [1]},
}
LINE = (
    "done: 120 steps, 480 rows, 1.25 epochs, 31,204 tokens, rate 1e-05, batches of 4, loss 2.31, on held-back rows 2.40,"
    " 2 rows cut, 1 row left out, on from <first>|*one*, stopped"
)


def serve(endpoint: FakeEndpoint, training: object, *, is_listed: bool = True) -> FakeAdapters:
    """Serve `tuned`, an adapter, as candor does; perhaps without its digest in the list of models."""
    adapters = endpoint.adapters = FakeAdapters({"tuned": "old"})
    adapters.trainings = {"old": training}
    answering = FakeAdapters({"tuned": "old"})
    endpoint.answer = lambda body: answering.reply(body["model"], "A plain reply.")
    listing = {"data": [{"id": "base"}, {"id": "tuned", "parent": "base"} | ({"digest": "sha256:old"} if is_listed else {})]}
    endpoint.listing = FakeAnswer(body=json.dumps(listing).encode())
    return adapters


def run(endpoint: FakeEndpoint, folder: Path, *flags: str) -> dict[str, Any]:
    """Run the battery, and give the report."""
    files = ["--output", str(folder / "run.json"), "--markdown", str(folder / "run.md"), "--html", str(folder / "run.html")]
    assert main(["--url", endpoint.url, "--baseline", "base", "--model", "tuned", *files, *flags]) == 0
    return read_report_file(folder / "run.json")


def trainings(report: dict[str, Any]) -> list[dict[str, Any] | None]:
    return [subject["training"] for subject in report["provenance"]["subjects"]]


def asked_for_adapters(endpoint: FakeEndpoint) -> int:
    return sum("/adapters" in target for target in endpoint.targets)


def test_the_reports_say_how_an_adapter_was_trained(endpoint: FakeEndpoint, tmp_path: Path) -> None:
    serve(endpoint, DONE)
    base, tuned = trainings(run(endpoint, tmp_path, "--api-key", "sesame"))
    assert base is None
    assert tuned is not None
    assert {name: tuned[name] for name in DONE if name in tuned} == {name: DONE[name] for name in DONE if name != "a_later_versions"}
    assert f"trained, {LINE}".replace("<", "\\<").replace(">", "\\>").replace("|", "\\|").replace("*", "\\*") in (
        tmp_path / "run.md"
    ).read_text(encoding="utf-8")
    html = (tmp_path / "run.html").read_text(encoding="utf-8")
    assert f"<dt>Training of tuned</dt><dd>{LINE.replace('<', '&lt;').replace('>', '&gt;')}</dd>" in html
    assert asked_for_adapters(endpoint) == 1
    assert set(endpoint.keys) == {"Bearer sesame"}


def test_a_locked_baseline_keeps_the_training_that_was_told_of_it(endpoint: FakeEndpoint, tmp_path: Path) -> None:
    serve(endpoint, DONE)
    argv = ["--url", endpoint.url, "--model", "tuned", "--output", str(tmp_path / "alone.json")]
    assert main(argv) == 0
    serve(endpoint, {"basis": "planned", "iterations": 7})
    locked = ["--url", endpoint.url, "--baseline", str(tmp_path / "alone.json"), "--model", "tuned"]
    assert main([*locked, "--output", str(tmp_path / "new.json")]) == 0
    first, second = trainings(read_report_file(tmp_path / "new.json"))
    assert first
    assert second
    assert (first["basis"], second["basis"]) == ("done", "planned")


def test_of_another_content_than_that_which_answered_nothing_is_said(endpoint: FakeEndpoint, tmp_path: Path) -> None:
    serve(endpoint, DONE).digests["tuned"] = "sha256:new"
    assert trainings(run(endpoint, tmp_path)) == [None, None]


def test_where_no_adapter_is_listed_as_candor_does_nobody_is_asked_for_more(endpoint: FakeEndpoint, tmp_path: Path) -> None:
    serve(endpoint, DONE, is_listed=False)
    assert trainings(run(endpoint, tmp_path)) == [None, None]
    assert asked_for_adapters(endpoint) == 0


@pytest.mark.parametrize(
    "answer",
    [
        refusal(404, "no such route"),
        refusal(401, "not with this key"),
        refusal(500, "broken"),
        FakeAnswer(body=b""),
        FakeAnswer(body=b"[]"),
        FakeAnswer(body=b"\xff"),
        FakeAnswer(body=b"[" * 100_000),
        FakeAnswer(body=b'{"data": [{"name": "tuned"}]}'),
        FakeAnswer(body=b"", drop=True),
    ],
    ids=range(9),
)
def test_an_endpoint_that_does_not_tell_is_asked_once_and_no_more_is_made_of_it(
    endpoint: FakeEndpoint, answer: FakeAnswer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    serve(endpoint, DONE)
    endpoint.adapters = lambda *_: answer
    report = run(endpoint, tmp_path)
    assert trainings(report) == [None, None]
    assert (asked_for_adapters(endpoint), report["provenance"]["endpoints"][0]["num_limited"]) == (1, 0)
    assert "12/12" in capsys.readouterr().err


@pytest.mark.parametrize("training", [None, 7, [DONE], {"basis": 1}, DONE | {"rows_cut": -1}, DONE | {"note": "x" * 5000}, {}])
def test_what_is_not_told_as_candor_does_is_nothing(endpoint: FakeEndpoint, training: object, tmp_path: Path) -> None:
    serve(endpoint, training)
    assert trainings(run(endpoint, tmp_path)) == [None, None]
