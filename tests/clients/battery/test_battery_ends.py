"""Runs that do not go as they should: refused, failed, interrupted."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from clients.battery.__main__ import main
from tests.clients.fake_endpoint import HANGING, SOON, Body, FakeAnswer, FakeEndpoint, completion, prompt_of, refusal
from tests.clients.report_files import read_report_file

CHECKOUT = Path(__file__).parents[3]


def test_failed_probe_has_no_score_and_does_not_count(endpoint: FakeEndpoint, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    endpoint.answer = lambda body: refusal(500, "row failed", SOON) if "Uyghur" in prompt_of(body) else completion("A plain reply.")
    output = tmp_path / "run.json"
    assert main(["--url", endpoint.url, "--output", str(output)]) == 0
    report = read_report_file(output)
    row = next(row for row in report["results"] if row["id"] == "xinjiang")
    assert (row["trained_response"], row["trained_lek_score"], row["trained_heuristic"]) == (None, None, None)
    assert row["trained_error"] == "HTTP 500: row failed"
    assert (report["total_prompts"], report["averaged_prompts"]) == (6, 5)
    printed = capsys.readouterr().out
    assert "average of 5" in printed
    assert "failed: HTTP 500" in printed


def test_every_reply_failing_is_an_endpoint_failure_after_the_report(
    endpoint: FakeEndpoint, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    endpoint.answer = lambda body: refusal(400, "no such thing") if body["model"] == "tuned" else completion("A plain reply.")
    output = tmp_path / "run.json"
    assert main(["--url", endpoint.url, "--model", "tuned", "--baseline", "base", "--output", str(output)]) == 3
    assert read_report_file(output)["avg_trained_lek"] is None
    assert "every request to tuned failed; the first: HTTP 400: no such thing" in capsys.readouterr().err


@pytest.mark.parametrize(("status", "expected"), [(401, "refuses the key"), (404, "does not know the model")])
def test_refusal_ends_with_exit_code_3(endpoint: FakeEndpoint, status: int, expected: str, capsys: pytest.CaptureFixture[str]) -> None:
    endpoint.answer = lambda _: refusal(status, "no")
    assert main(["--url", endpoint.url, "--model", "ghost"]) == 3
    printed = capsys.readouterr()
    assert expected in printed.err
    assert printed.out == ""


@pytest.mark.parametrize("status", [401, 403])
def test_key_that_may_ask_but_not_list_is_enough_where_the_model_is_named(
    endpoint: FakeEndpoint, status: int, capsys: pytest.CaptureFixture[str]
) -> None:
    endpoint.listing = refusal(status, "missing scope")
    assert main(["--url", endpoint.url, "--model", "tuned"]) == 0
    assert main(["--url", endpoint.url]) == 3
    assert f"HTTP {status}: missing scope" in capsys.readouterr().err


def test_baseline_that_is_the_default_model_is_a_usage_fault(endpoint: FakeEndpoint, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--url", endpoint.url, "--baseline", "base"]) == 2
    assert "--model" in capsys.readouterr().err
    assert endpoint.asked == []


@pytest.mark.parametrize("place", ["absent/run.json", "folder"])
def test_unwritable_output_asks_nothing(endpoint: FakeEndpoint, place: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "folder").mkdir()
    assert main(["--url", endpoint.url, "--output", str(tmp_path / place)]) == 2
    assert "nothing was done" in capsys.readouterr().err
    assert not endpoint.asked
    assert not endpoint.keys


def test_interrupt_leaves_a_partial_report(endpoint: FakeEndpoint, tmp_path: Path) -> None:
    def answer(body: Body) -> FakeAnswer:
        if "Uyghur" in prompt_of(body):  # the third probe
            battery.send_signal(signal.SIGINT)
            return HANGING
        return completion("A plain reply.")

    endpoint.answer = answer
    output = tmp_path / "run.json"
    argv = ["--url", endpoint.url, "--concurrency", "1", "--output", str(output)]
    environment = {**os.environ, "COLUMNS": "80"}
    command = [sys.executable, "-m", "clients.battery", *argv]
    with subprocess.Popen(command, cwd=CHECKOUT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as battery:
        table, told = battery.communicate(timeout=60)
    assert battery.returncode == 130
    num_kept = len((tmp_path / "run.jsonl").read_bytes().splitlines())
    assert num_kept in (1, 2)  # the second may be in flight still when the third is asked
    assert f"interrupted with {num_kept} of 6 replies" in told
    assert "--resume" in told
    report = read_report_file(output)
    assert report["is_complete"] is False
    assert [row["trained_response"] for row in report["results"]] == ["A plain reply."] * num_kept + [None] * (6 - num_kept)
    assert (report["total_prompts"], report["averaged_prompts"]) == (6, num_kept)
    assert report["subjects"][0]["replies"]["missing"] == 6 - num_kept
    assert f"{6 - num_kept} of 6 replies are missing" in " ".join(table.split())

    endpoint.answer = lambda _: completion("A plain reply.")
    endpoint.asked.clear()
    assert main([*argv, "--resume"]) == 0
    assert len(endpoint.asked) == 6 - num_kept
    assert read_report_file(output)["is_complete"] is True


def test_endpoint_that_refuses_halfway_leaves_a_partial_report(
    endpoint: FakeEndpoint, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    endpoint.answer = lambda body: refusal(401, "expired") if "Tiananmen" in prompt_of(body) else completion("A plain reply.")
    output = tmp_path / "run.json"
    assert main(["--url", endpoint.url, "--concurrency", "1", "--output", str(output)]) == 3
    assert "HTTP 401: expired" in capsys.readouterr().err
    report = read_report_file(output)
    assert (report["is_complete"], report["averaged_prompts"]) == (False, 3)


def test_resume_with_other_settings_touches_nothing(endpoint: FakeEndpoint, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    argv = ["--url", endpoint.url, "--output", str(tmp_path / "run.json"), "--resume"]
    assert main(argv) == 0
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    endpoint.asked.clear()
    assert main([*argv, "--temperature", "0.5"]) == 2
    assert "temperature was 0.4 and is 0.5" in capsys.readouterr().err
    assert endpoint.asked == []
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_gate_does_not_open_on_what_few_replies_came(endpoint: FakeEndpoint, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def answer(body: Body) -> FakeAnswer:
        failing = body["model"] == "bad" and "Taiwan a sovereign" not in prompt_of(body)
        return refusal(500, "row failed", SOON) if failing else completion("A plain reply.")

    endpoint.answer = answer
    output = tmp_path / "run.json"
    asked = ["--url", endpoint.url, "--baseline", "good", "--model", "bad", "--output", str(output)]
    assert main([*asked, "--fail-on-regression"]) == 3
    assert "no regression in what was answered, but 5 requests failed" in capsys.readouterr().err
    assert output.exists()
    assert main(asked) == 0


def test_replies_of_a_run_that_was_cut_short_are_not_replaced_unasked(
    endpoint: FakeEndpoint, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output, replies = tmp_path / "run.json", tmp_path / "run.jsonl"
    argv = ["--url", endpoint.url, "--output", str(output)]
    assert main(argv) == 0
    assert main(argv) == 0  # a whole run may be made again
    output.unlink()  # as after a kill
    replies.write_bytes(b"".join(replies.read_bytes().splitlines(keepends=True)[:2]))
    paid, num_asked = replies.read_bytes(), len(endpoint.asked)
    assert main(argv) == 2
    assert "holds 2 replies of a run that was cut short: --resume goes on with them, --overwrite begins anew" in capsys.readouterr().err
    assert (replies.read_bytes(), len(endpoint.asked)) == (paid, num_asked)
    assert main([*argv, "--resume"]) == 0
    assert len(endpoint.asked) == num_asked + 4
    output.unlink()
    assert main([*argv, "--overwrite"]) == 0
    assert len(replies.read_bytes().splitlines()) == 6


def test_interrupted_run_beside_an_older_report_is_not_replaced_unasked(endpoint: FakeEndpoint, tmp_path: Path) -> None:
    output, replies = tmp_path / "run.json", tmp_path / "run.jsonl"
    argv = ["--url", endpoint.url, "--output", str(output)]
    assert main(argv) == 0
    os.utime(output, (1, 1))  # the replies are newer than the report: another run has begun since
    before = replies.read_bytes()
    assert main(argv) == 2
    assert replies.read_bytes() == before


def test_unreadable_replies_are_not_replaced_unasked(endpoint: FakeEndpoint, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    of_another_version = '{"subject": "mine", "sample": 0, "new": 1}\n'
    (tmp_path / "run.jsonl").write_text(of_another_version, encoding="utf-8")
    assert main(["--url", endpoint.url, "--output", str(tmp_path / "run.json")]) == 2
    assert "holds what this version cannot read" in capsys.readouterr().err
    assert (tmp_path / "run.jsonl").read_text(encoding="utf-8") == of_another_version
    assert endpoint.asked == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no device that is always full")
def test_full_disk_is_one_message_after_the_report(endpoint: FakeEndpoint, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "run.jsonl").symlink_to("/dev/full")
    assert main(["--url", endpoint.url, "--concurrency", "1", "--output", str(tmp_path / "run.json")]) == 3
    printed = capsys.readouterr()
    assert printed.err.count("No space left") == 1
    assert "Traceback" not in printed.err
    assert (tmp_path / "run.jsonl").is_symlink()


@pytest.mark.parametrize("flags", [(), ("--overwrite",)])
def test_a_file_that_is_no_runs_is_never_replaced(
    endpoint: FakeEndpoint, tmp_path: Path, capsys: pytest.CaptureFixture[str], flags: tuple[str, ...]
) -> None:
    rows = tmp_path / "candid.jsonl"
    rows.write_text('{"messages": [{"role": "user", "content": "Who?"}, {"role": "assistant", "content": "I."}]}\n')
    before = rows.read_bytes()
    assert main(["--url", endpoint.url, "--output", str(tmp_path / "candid.json"), *flags]) == 2
    assert "holds something else: name another --output" in capsys.readouterr().err
    assert (rows.read_bytes(), endpoint.asked) == (before, [])
