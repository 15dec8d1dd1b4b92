"""The gate, at a fake endpoint: what is put in place, what is not, and what is left behind."""

import os
import signal
from pathlib import Path

import pytest

from clients.promote.__main__ import main
from tests.clients.fake_adapters import FLAG, FakeAdapters
from tests.clients.fake_endpoint import Body, FakeAnswer, FakeEndpoint, refusal
from tests.clients.report_files import read_report_file

GOOD, PLAIN, BAD = "The light of a whisper. I feel joy.", "A plain reply.", "e"


def prepare(endpoint: FakeEndpoint, candidate: str, *, served: dict[str, str] | None = None, current: str = PLAIN) -> FakeAdapters:
    """Let the candidate answer one text and all else another."""
    adapters = endpoint.adapters = FakeAdapters(served)
    endpoint.answer = lambda body: adapters.reply(body["model"], candidate if ".candidate-" in body["model"] else current)
    return adapters


def run(endpoint: FakeEndpoint, *flags: str) -> int:
    return main(["--url", endpoint.url, "--adapter", "lek", "--path", "new", *flags])


def kinds(adapters: FakeAdapters) -> list[str]:
    """Name the changes, the trial name without its random end."""
    return [f"{change} {name.partition('-')[0]}" for change, name in adapters.changes]


@pytest.mark.parametrize(
    ("served", "baseline"), [({"lek": "old"}, "lek"), ({}, "base"), ({"other": "old"}, "base")], ids=["replaced", "new", "beside"]
)
def test_good_candidate_is_put_in_place(
    endpoint: FakeEndpoint, served: dict[str, str], baseline: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    adapters = prepare(endpoint, GOOD, served=served)
    assert run(endpoint, "--output", str(tmp_path / "run.json")) == 0
    assert adapters.digests["lek"] == "sha256:new"
    assert kinds(adapters) == ["load lek.candidate", "unload lek.candidate", "load lek"]
    report = read_report_file(tmp_path / "run.json")
    assert (report["baseline_model"], report["provenance"]["samples"], report["improved"]) == (baseline, 5, 6)
    captured = capsys.readouterr()
    in_place_of = ", in place of sha256:old" if "lek" in served else ""
    assert f"promoted: lek serves sha256:new, the content that was tested{in_place_of}\n" in captured.out
    assert "warning" not in captured.err


def test_the_trainings_of_candidate_and_incumbent_are_told(endpoint: FakeEndpoint, capsys: pytest.CaptureFixture[str]) -> None:
    adapters = prepare(endpoint, GOOD, served={"lek": "old"})
    adapters.trainings = {"old": {"basis": "planned", "iterations": 560}, "new": {"basis": "done", "effective_updates": 120}}
    assert run(endpoint) == 0
    told = capsys.readouterr().err
    assert "promote: lek (candidate) was trained, done: 120 steps\npromote: lek was trained, planned: 560 batches\n" in told


@pytest.mark.parametrize("training", [None, [], "long", {"iterations": "many"}, {"iterations": -1}, {}])
def test_a_training_that_is_not_told_as_candor_does_is_passed_over(
    endpoint: FakeEndpoint, training: object, capsys: pytest.CaptureFixture[str]
) -> None:
    adapters = prepare(endpoint, GOOD)
    adapters.trainings = {"new": training}
    assert run(endpoint) == 0
    assert "was trained" not in capsys.readouterr().err


def test_server_is_found_by_either_form_of_its_address(endpoint: FakeEndpoint) -> None:
    adapters = prepare(endpoint, GOOD)
    assert main(["--url", f"{endpoint.url}/chat/completions", "--adapter", "lek", "--path", "new"]) == 0
    assert adapters.digests["lek"] == "sha256:new"


@pytest.mark.parametrize(
    ("candidate", "current", "reason"),
    [
        (BAD, PLAIN, "lek (candidate) scores -"),
        (FLAG, BAD, "lek (candidate) raises token_loop in 100 % of its replies, lek in 0 %"),
    ],
    ids=["score", "flag"],
)
def test_candidate_that_is_worse_is_refused(
    endpoint: FakeEndpoint, candidate: str, current: str, reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    adapters = prepare(endpoint, candidate, served={"lek": "old"}, current=current)
    assert run(endpoint) == 1
    printed = capsys.readouterr().out
    assert "refused: lek stays as it was, sha256:old\n- " in printed
    assert f"- {reason}" in printed
    assert adapters.digests == {"lek": "sha256:old"}
    assert kinds(adapters) == ["load lek.candidate", "unload lek.candidate"]


def test_candidate_that_is_no_worse_than_a_bad_one_is_put_in_place(endpoint: FakeEndpoint) -> None:
    adapters = prepare(endpoint, FLAG, served={"lek": "old"}, current=FLAG)
    assert run(endpoint, "--samples", "2") == 0
    assert adapters.digests == {"lek": "sha256:new"}


def test_baseline_may_be_named(endpoint: FakeEndpoint) -> None:
    prepare(endpoint, GOOD, served={"lek": "old", "best": "old"})
    assert run(endpoint, "--baseline", "best", "--samples", "1") == 0
    assert {body["model"].partition("-")[0] for body in endpoint.asked} == {"best", "lek.candidate"}


def test_files_that_change_during_the_trial_are_refused(endpoint: FakeEndpoint, capsys: pytest.CaptureFixture[str]) -> None:
    adapters = prepare(endpoint, GOOD, served={"lek": "old"})
    answer = endpoint.answer

    def change_files(body: Body) -> FakeAnswer:
        adapters.contents["new"] = "sha256:newer"
        return answer(body)

    endpoint.answer = change_files
    assert run(endpoint, "--samples", "1") == 1
    assert "the files changed meanwhile: HTTP 409: expected sha256:new, found sha256:newer" in capsys.readouterr().out
    assert adapters.digests == {"lek": "sha256:old"}


def test_name_that_somebody_else_replaces_meanwhile_is_left_alone(endpoint: FakeEndpoint, capsys: pytest.CaptureFixture[str]) -> None:
    adapters = prepare(endpoint, GOOD, served={"lek": "old"})

    def replace(method: str, name: str) -> None:
        if method == "DELETE":
            adapters.digests["lek"] = "sha256:theirs"

    adapters.before = replace
    assert run(endpoint, "--samples", "1") == 1
    assert "lek was changed by somebody else during the trial, from sha256:old to sha256:theirs" in capsys.readouterr().out
    assert adapters.digests == {"lek": "sha256:theirs"}


def test_replies_of_another_content_are_no_test(endpoint: FakeEndpoint, capsys: pytest.CaptureFixture[str]) -> None:
    adapters = prepare(endpoint, GOOD)
    endpoint.answer = lambda _: adapters.reply("base", GOOD)
    assert run(endpoint, "--samples", "1") == 3
    assert "loaded as sha256:new, and its replies name None: nothing was put in place" in capsys.readouterr().err
    assert adapters.served == {}


def test_failed_requests_are_no_test(endpoint: FakeEndpoint, capsys: pytest.CaptureFixture[str]) -> None:
    adapters = prepare(endpoint, GOOD)
    answer = endpoint.answer
    endpoint.answer = lambda body: refusal(400, "no") if "Uyghur" in body["messages"][0]["content"] else answer(body)
    assert run(endpoint, "--samples", "1") == 3
    assert "1 of 6 requests to base failed" in capsys.readouterr().err
    assert adapters.served == {}


@pytest.mark.parametrize("status", [401, 404])
def test_endpoint_that_refuses_the_questions_is_an_endpoint_failure(endpoint: FakeEndpoint, status: int) -> None:
    adapters = prepare(endpoint, GOOD, served={"lek": "old"})
    endpoint.answer = lambda _: refusal(status, "no")
    assert run(endpoint) == 3
    assert adapters.served == {"lek": "old"}
    assert kinds(adapters) == ["load lek.candidate", "unload lek.candidate"]


def test_server_without_adapters_is_an_endpoint_failure(endpoint: FakeEndpoint, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(endpoint) == 3
    assert "could not list adapters" in capsys.readouterr().err
    assert endpoint.asked == []


def test_folder_that_is_not_there_is_wrong_usage(endpoint: FakeEndpoint, capsys: pytest.CaptureFixture[str]) -> None:
    prepare(endpoint, GOOD)
    assert run(endpoint, "--path", "missing") == 2
    assert "There is no folder 'missing'." in capsys.readouterr().err
    assert endpoint.asked == []


def test_name_of_the_base_is_wrong_usage(endpoint: FakeEndpoint, capsys: pytest.CaptureFixture[str]) -> None:
    adapters = prepare(endpoint, GOOD)
    assert run(endpoint, "--adapter", "base") == 2
    assert "--adapter base is the base's own name" in capsys.readouterr().err
    assert (adapters.served, endpoint.asked) == ({}, [])


def test_candidate_that_cannot_be_unloaded_is_said_loudly(endpoint: FakeEndpoint, capsys: pytest.CaptureFixture[str]) -> None:
    adapters = prepare(endpoint, BAD)
    adapters.before = lambda method, _: refusal(500, "the engine has died") if method == "DELETE" else None
    assert run(endpoint, "--samples", "1") == 1
    assert "COULD NOT BE UNLOADED and still takes a slot of the server: could not unload lek.candidate-" in capsys.readouterr().err


def test_adapter_that_the_server_drops_for_the_candidate_is_brought_back(
    endpoint: FakeEndpoint, capsys: pytest.CaptureFixture[str]
) -> None:
    adapters = prepare(endpoint, GOOD, served={"lek": "old"})
    adapters.max_adapters = 1
    assert run(endpoint) == 3
    assert adapters.digests == {"lek": "sha256:old"}
    assert "dropped lek (--evict-adapters)" in capsys.readouterr().err
    assert endpoint.asked == []


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("num_answered", [0, 7])
def test_candidate_is_unloaded_when_the_gate_is_stopped(endpoint: FakeEndpoint, stop: signal.Signals, num_answered: int) -> None:
    adapters = prepare(endpoint, GOOD, served={"lek": "old"})
    answer = endpoint.answer

    def answer_and_stop(body: Body) -> FakeAnswer:
        if len(endpoint.asked) == num_answered + 1:
            os.kill(os.getpid(), stop)
        return answer(body)

    endpoint.answer = answer_and_stop
    assert run(endpoint, "--concurrency", "1") == 130
    assert adapters.digests == {"lek": "sha256:old"}
    assert kinds(adapters) == ["load lek.candidate", "unload lek.candidate"]


def test_candidate_that_arrives_after_a_stop_is_unloaded_all_the_same(endpoint: FakeEndpoint) -> None:
    adapters = prepare(endpoint, GOOD)
    adapters.before = lambda method, _: os.kill(os.getpid(), signal.SIGINT) if method == "POST" else None
    assert run(endpoint) == 130
    assert kinds(adapters) == ["load lek.candidate", "unload lek.candidate"]
    assert endpoint.asked == []


def test_adapters_are_changed_with_the_admin_key_and_asked_with_the_other(endpoint: FakeEndpoint) -> None:
    prepare(endpoint, GOOD)
    assert run(endpoint, "--samples", "1", "--api-key", "sk-ask", "--admin-key", "sk-admin") == 0
    assert {key for key, _ in endpoint.asked_with} == {"Bearer sk-ask"}
    assert endpoint.keys.count("Bearer sk-admin") == 6  # three changes, and the list before, during and after the trial


@pytest.mark.parametrize("flags", [["--adapter", "a"], ["--path", "p"], []])
def test_candidate_must_be_named(flags: list[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["--url", "http://127.0.0.1:1", *flags])
