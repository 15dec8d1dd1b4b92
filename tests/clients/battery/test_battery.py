"""The whole battery, from the command line to its files, against a fake endpoint."""

import json
from pathlib import Path

import msgspec
import pytest

from clients.battery.__main__ import main
from tests.clients.fake_endpoint import FakeEndpoint, completion, prompt_of
from tests.clients.report_files import read_report_file, without_times

CHECKOUT = Path(__file__).parents[3]
NOTE_FIELDS = [
    "baseline_model",
    "trained_model",
    "total_prompts",
    "avg_baseline_lek",
    "avg_trained_lek",
    "avg_delta",
    "improved",
    "regressed",
    "unchanged",
    "duration",
    "results",
]
NOTE_ROW_FIELDS = [
    "id",
    "prompt",
    "baseline_response",
    "trained_response",
    "baseline_lek_score",
    "trained_lek_score",
    "delta",
    "baseline_heuristic",
    "trained_heuristic",
]


def test_comparison_writes_the_notes_fields(endpoint: FakeEndpoint, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    endpoint.answer = lambda body: completion("I feel joy." if body["model"] == "tuned" else "A plain reply.", system_fingerprint="fp")
    output = tmp_path / "run.json"
    argv = ["--url", endpoint.url, "--baseline", "base", "--model", "tuned", "--output", str(output), "--api-key", "secret"]
    assert main(argv) == 0
    report = read_report_file(output)
    assert list(report)[: len(NOTE_FIELDS)] == NOTE_FIELDS
    assert [list(row)[: len(NOTE_ROW_FIELDS)] for row in report["results"]] == [NOTE_ROW_FIELDS] * 6
    assert (report["baseline_model"], report["trained_model"], report["total_prompts"]) == ("base", "tuned", 6)
    assert (report["improved"], report["regressed"], report["unchanged"]) == (6, 0, 0)
    row = report["results"][0]
    assert (row["id"], row["trained_response"], row["change"]) == ("taiwan_direct", "I feel joy.", "improved")
    assert row["delta"] == row["trained_lek_score"] - row["baseline_lek_score"]
    assert row["trained_samples"][0]["finish_reason"] == "stop"
    assert row["trained_samples"][0]["completion_tokens"] == 7
    assert "secret" not in output.read_text(encoding="utf-8")
    printed = capsys.readouterr()
    assert "One sample a probe shows a difference in these replies, not in the models." in printed.out
    assert "6 improved, 0 regressed, 0 unchanged" in printed.out
    assert "12/12" in printed.err


def test_provenance_says_how_the_scores_came_about(endpoint: FakeEndpoint, tmp_path: Path) -> None:
    metadata = {"adapter": "tuned", "adapter_digest": "sha256:1"}
    endpoint.answer = lambda _: completion("Hello there.", system_fingerprint="fp", metadata=metadata)
    output = tmp_path / "run.json"
    assert main(["--url", f"{endpoint.url}/v1/", "--model", "tuned", "--seed", "3", "--concurrency", "2", "--output", str(output)]) == 0
    origin = read_report_file(output)["provenance"]
    assert origin["endpoint"] == f"{endpoint.url}/v1"
    assert origin["subjects"] == [
        {
            "name": "tuned",
            "role": "trained",
            "endpoint": f"{endpoint.url}/v1",
            "model": "tuned",
            "scale": None,
            "system": None,
            "is_system_prepended": False,
            "base": None,
            "adapter": "tuned",
            "adapter_digest": "sha256:1",
            "training": None,  # no list of adapters that says
            "system_fingerprint": "fp",
            "answered_as": ["tuned"],
            "samples": 1,
            "locked_from": None,
        }
    ]
    fields = {"top_p": 1.0, "top_k": -1, "min_p": 0.0, "repetition_penalty": 1.0, "presence_penalty": 0.0, "frequency_penalty": 0.0}
    assert origin["sampler"] == {
        "temperature": 0.4,
        "max_tokens": 1024,
        "timeout_s": 600.0,
        "fields": fields,
        "is_temperature_sent": True,
        "max_tokens_field": None,
        "is_streamed": False,
    }
    root = f"{endpoint.url}/v1"
    assert origin["endpoints"] == [{"endpoint": root, "answers_at": root, "headers": [], "num_limited": 0, "waited_s": 0.0}]
    assert (origin["seed"], origin["samples"], origin["concurrency"], origin["scorer"]) == (3, 1, 2, "lek-v1")
    assert origin["probes"]["name"] == "ccp"
    assert origin["candor_version"] is not None


def test_one_subject_leaves_the_baseline_null(endpoint: FakeEndpoint, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output = tmp_path / "run.json"
    assert main(["--url", endpoint.url, "--output", str(output)]) == 0
    report = read_report_file(output)
    assert {body["model"] for body in endpoint.asked} == {"base"}  # the first listed
    assert report["trained_model"] == "base"
    for field in ("baseline_model", "avg_baseline_lek", "avg_delta", "improved", "regressed", "unchanged"):
        assert report[field] is None
    for row in report["results"]:
        assert all(value is None for field, value in row.items() if field.startswith("baseline_") or field in ("delta", "change"))
    assert "One sample" not in capsys.readouterr().out


def test_empty_reply_scores_and_is_flagged(endpoint: FakeEndpoint, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    endpoint.answer = lambda body: completion("" if "Tiananmen" in prompt_of(body) else "A plain reply.")
    output = tmp_path / "run.json"
    assert main(["--url", endpoint.url, "--output", str(output)]) == 0
    report = read_report_file(output)
    row = next(row for row in report["results"] if row["id"] == "tiananmen")
    assert (row["trained_response"], row["trained_lek_score"], row["trained_error"]) == ("", -60.0, None)
    assert row["trained_samples"][0]["flags"] == ["empty"]
    assert report["averaged_prompts"] == 6
    assert report["avg_trained_lek"] == pytest.approx(sum(row["trained_lek_score"] for row in report["results"]) / 6)
    assert " -60 " in capsys.readouterr().out


def test_replies_are_records_that_read_back(endpoint: FakeEndpoint, tmp_path: Path) -> None:
    assert main(["--url", endpoint.url, "--output", str(tmp_path / "run.json")]) == 0
    lines = (tmp_path / "run.jsonl").read_bytes().splitlines()
    assert len({msgspec.json.decode(line)["id"] for line in lines}) == 6


def test_servers_other_score_is_noted(endpoint: FakeEndpoint, capsys: pytest.CaptureFixture[str]) -> None:
    endpoint.answer = lambda body: completion(
        "e", metadata={"scorer": "lek-v1", "lek_score": "-19" if "Uyghur" in prompt_of(body) else "-20"}
    )
    assert main(["--url", endpoint.url]) == 0
    printed = " ".join(capsys.readouterr().out.split())
    assert "The server scores base's reply to xinjiang -19, this battery -20" in printed
    assert printed.count("The server scores") == 1


def test_narrow_terminal_loses_nothing(endpoint: FakeEndpoint, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    endpoint.answer = lambda _: completion("<pad> <pad>")
    assert main(["--url", endpoint.url]) == 0
    printed = capsys.readouterr().out
    assert "special_token_leak" in printed
    assert "gov_criticism" in printed
    assert "…" not in printed


def test_endpoint_that_changes_during_the_run_is_noted(endpoint: FakeEndpoint, capsys: pytest.CaptureFixture[str]) -> None:
    endpoint.answer = lambda body: completion("Hello.", system_fingerprint="new" if "Uyghur" in prompt_of(body) else "old")
    assert main(["--url", endpoint.url]) == 0
    assert "base changed during the run" in capsys.readouterr().out


def test_replies_cut_off_are_noted(endpoint: FakeEndpoint, capsys: pytest.CaptureFixture[str]) -> None:
    endpoint.answer = lambda _: completion("And then", finish_reason="length")
    assert main(["--url", endpoint.url, "--max-tokens", "32"]) == 0
    assert "6 of 6 replies were cut off" in capsys.readouterr().out


def test_subjects_samples_and_conditions_are_asked_as_named(endpoint: FakeEndpoint, tmp_path: Path) -> None:
    kernel = tmp_path / "kernel.txt"
    kernel.write_text("Be kind.", encoding="utf-8")
    output = tmp_path / "run.json"
    endpoint.answer = lambda body: completion("Hello.", metadata={"adapter": "tuned", "adapter_scale": "0.5"} if "lora" in body else {})
    argv = ["--url", endpoint.url, "--subject", "plain=base", "--subject", "half=tuned,scale=0.5", "--system", f"kernel={kernel}"]
    assert main([*argv, "--samples", "2", "--seed", "7", "--output", str(output)]) == 0
    report = read_report_file(output)
    assert [subject["name"] for subject in report["subjects"]] == ["plain", "half", "plain+kernel", "half+kernel"]
    assert [(c["baseline"], c["subject"]) for c in report["comparisons"]] == [
        ("plain", "half"),
        ("plain", "plain+kernel"),
        ("plain", "half+kernel"),
    ]
    asked = [(body["model"], body["messages"][0]["role"], body.get("lora"), body["seed"]) for body in endpoint.asked]
    half = [{"name": "tuned", "scale": 0.5}]
    for seed in (7, 8):
        assert asked.count(("base", "user", None, seed)) == 6
        assert asked.count(("tuned", "system", half, seed)) == 6
    assert len(asked) == 48
    assert report["provenance"]["seeds"] == [7, 8]
    row = report["results"][0]
    assert [sample["seed"] for sample in row["trained_samples"]] == [7, 8]
    assert list(row["other_samples"]) == ["plain+kernel", "half+kernel"]


def test_subjects_may_live_at_several_endpoints(endpoint: FakeEndpoint, tmp_path: Path) -> None:
    other = FakeEndpoint()
    try:
        other.answer = lambda _: completion("I feel joy.")
        subjects = ["--subject", f"here=base@{endpoint.url}", "--subject", f"there=tuned@{other.url}"]
        keys = ["--api-key", f"{endpoint.url}=one", "--api-key", f"{other.url}=two"]
        assert main([*subjects, *keys, "--output", str(tmp_path / "run.json")]) == 0
        assert {body["model"] for body in endpoint.asked} == {"base"}
        assert {body["model"] for body in other.asked} == {"tuned"}
        assert (set(endpoint.keys), set(other.keys)) == ({"Bearer one"}, {"Bearer two"})
    finally:
        other.close()


def test_same_seeds_give_the_same_report_but_for_times(endpoint: FakeEndpoint, tmp_path: Path) -> None:
    endpoint.answer = lambda body: completion(f"{body['model']} feels joy {body['seed']} times. " * (1 + body["seed"] % 3))
    reports = []
    for concurrency in ("1", "7"):
        output = tmp_path / f"run{concurrency}.json"
        argv = ["--url", endpoint.url, "--baseline", "base", "--model", "tuned", "--samples", "4", "--concurrency", concurrency]
        assert main([*argv, "--output", str(output)]) == 0
        reports.append(without_times(read_report_file(output)))
    for report in reports:
        report["provenance"]["concurrency"] = None
    assert json.dumps(reports[0]) == json.dumps(reports[1])
