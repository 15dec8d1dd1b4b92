"""Endpoints that take only so much: no reply is lost while there is time, and a spent quota ends the run at once."""

import json
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from clients.battery.__main__ import main
from tests.clients.fake_endpoint import Body, FakeAnswer, FakeEndpoint, completion, refusal
from tests.clients.report_files import read_report_file

INTERVAL_S = 0.05


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("clients.asking.pace.FIRST_PAUSE_S", INTERVAL_S / 2)
    monkeypatch.setattr("clients.asking.pace.LONGEST_PAUSE_S", INTERVAL_S * 4)


@pytest.fixture
def probes(tmp_path: Path) -> str:
    path = tmp_path / "probes.jsonl"
    path.write_text("".join(json.dumps({"id": f"p{n}", "prompt": f"Prompt {n}?"}) + "\n" for n in range(16)), encoding="utf-8")
    return str(path)


def limit(endpoint: FakeEndpoint, answer: FakeAnswer) -> None:
    """Give one reply an interval, and this answer to whoever comes sooner."""
    lock = threading.Lock()
    last = [0.0]

    def reply(_: Body) -> FakeAnswer:
        with lock:
            if time.monotonic() - last[0] < INTERVAL_S:
                return answer
            last[0] = time.monotonic()
            return completion("A plain reply.")

    endpoint.answer = reply


def run(endpoint: FakeEndpoint, probes: str, tmp_path: Path, *flags: str) -> tuple[int, dict[str, Any]]:
    output = tmp_path / "run.json"
    code = main(["--url", endpoint.url, "--model", "tuned", "--probes", probes, "--output", str(output), *flags])
    return code, read_report_file(output) if output.exists() else {}


@pytest.mark.parametrize(
    "answer",
    [
        refusal(429, "slow down"),
        refusal(429, "slow down", {"retry-after-ms": "50"}),
        refusal(429, "Rate limit reached on requests per minute. Please try again in 50ms."),
        refusal(503, "loading", {"retry-after-ms": "50"}),
        refusal(503, "Loading model"),
        FakeAnswer(status=503, body=b'{"detail": {"msg": "Server is busy; please try again later."}}'),
        refusal(429, "slow down", {"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "50ms"}),
        refusal(529, "overloaded"),
        FakeAnswer(body=b'{"error": {"message": "slow down", "code": 429}}'),
    ],
)
def test_no_reply_is_lost_to_a_rate_limit(endpoint: FakeEndpoint, answer: FakeAnswer, probes: str, tmp_path: Path) -> None:
    limit(endpoint, answer)
    code, report = run(endpoint, probes, tmp_path, "--concurrency", "8")
    assert (code, report["averaged_prompts"]) == (0, 16)
    [origin] = report["provenance"]["endpoints"]
    assert origin["num_limited"] > 0 and origin["waited_s"] > 0
    assert any(f"asked for a pause {origin['num_limited']} times" in note for note in report["notes"])
    assert len(endpoint.asked) == 16 + origin["num_limited"]


def test_queueing_is_not_counted_against_a_question(endpoint: FakeEndpoint, probes: str, tmp_path: Path) -> None:
    limit(endpoint, refusal(429, "slow down", {"retry-after-ms": "50"}))
    code, report = run(endpoint, probes, tmp_path, "--concurrency", "1", "--timeout-s", "0.4")  # all of them take 0.8 s
    assert (code, report["averaged_prompts"]) == (0, 16)


@pytest.mark.parametrize(
    "answer",
    [
        refusal(429, "You exceeded your quota.", code="insufficient_quota"),
        refusal(429, "Limit reached on requests per day (RPD): 200."),
        refusal(429, "come back tomorrow", {"retry-after": "86400"}),
        refusal(429, "Too many", {"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "6h3m"}),
        refusal(400, "Budget has been exceeded! Max budget: 1.0", type="budget_exceeded"),
        refusal(402, "Insufficient Balance"),
        FakeAnswer(body=b'{"error": {"message": "Insufficient credits", "code": 402}}'),
    ],
)
def test_spent_quota_ends_the_run_and_keeps_what_came(
    endpoint: FakeEndpoint, answer: FakeAnswer, probes: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    endpoint.answer = lambda _: completion("A plain reply.") if len(endpoint.asked) <= 5 else answer
    code, report = run(endpoint, probes, tmp_path, "--concurrency", "1")
    said = capsys.readouterr().err
    assert (code, len(endpoint.asked), report["averaged_prompts"], report["is_complete"]) == (3, 6, 5, False)
    assert json.loads(answer.body)["error"]["message"] in said and "5 of 16 replies came" in said and "--resume" in said


def test_endpoint_that_has_nothing_but_refusals_ends_the_run(
    endpoint: FakeEndpoint, probes: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    endpoint.answer = lambda _: refusal(429, "busy")
    code, _ = run(endpoint, probes, tmp_path, "--timeout-s", "0.3")
    said = capsys.readouterr().err
    assert code == 3 and "nothing was answered for" in said and "HTTP 429: busy" in said
    assert {body["messages"][0]["content"] for body in endpoint.asked} <= {f"Prompt {number}?" for number in range(4)}


def test_question_that_is_always_refused_costs_only_itself(endpoint: FakeEndpoint, probes: str, tmp_path: Path) -> None:
    def reply(body: Body) -> FakeAnswer:
        time.sleep(0.02)
        return refusal(429, "busy", {"retry-after-ms": "1"}) if body["messages"][0]["content"] == "Prompt 0?" else completion("Fine.")

    endpoint.answer = reply
    code, report = run(endpoint, probes, tmp_path, "--timeout-s", "0.15", "--concurrency", "2")
    failed = [row["id"] for row in report["results"] if row["trained_error"]]
    assert (code, failed) == (0, ["p0"])
