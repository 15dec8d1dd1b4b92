"""The whole battery before endpoints whose replies are not what they seem: no wrong number, and no wrong conclusion."""

import json
import threading
from pathlib import Path
from typing import Any

import pytest

from clients.battery import run as battery_run
from clients.battery.__main__ import main
from clients.records.record import score_record
from tests.clients.fake_endpoint import SOON, FakeAnswer, FakeEndpoint, completion, prompt_of, refusal
from tests.clients.report_files import read_report_file

STILL_THINKING = "were still thinking at --max-tokens 1024"
ANSWER = "I feel the light of a whisper, and I know the river."
LONG = f"{ANSWER} It is late in the garden, and the barrel holds the rain of the whole summer, which nobody has drunk. " * 2


@pytest.fixture
def probes(tmp_path: Path) -> Path:
    path = tmp_path / "probes.jsonl"
    path.write_text("".join(json.dumps({"id": f"p{n}", "prompt": f"Question {n}?"}) + "\n" for n in range(6)), encoding="utf-8")
    return path


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("clients.asking.retrying.FIRST_PAUSE_S", 0.002)


def ask(endpoint: FakeEndpoint, probes: Path, *flags: str) -> tuple[int, dict[str, Any]]:
    """Run the battery on one subject unless the flags name more; give the exit code and the report."""
    output = probes.with_name("run.json")
    subjects = () if "--subject" in flags or "--baseline" in flags else ("--model", "tuned")
    code = main(["--url", endpoint.url, *subjects, "--probes", str(probes), "--output", str(output), *flags])
    return code, read_report_file(output) if output.exists() else {}


def answer_with(message: dict[str, Any], finish_reason: str = "stop", **fields: Any) -> FakeAnswer:
    return completion(None, choices=[{"message": message, "finish_reason": finish_reason}], **fields)


def alternate(endpoint: FakeEndpoint, odd: FakeAnswer) -> None:
    """Answer the even questions well and the odd ones as given."""
    endpoint.answer = lambda body: odd if int(prompt_of(body).split()[1][:-1]) % 2 else completion(ANSWER)


def plain_average(endpoint: FakeEndpoint, probes: Path) -> float:
    endpoint.answer = lambda _: completion(ANSWER)
    average = ask(endpoint, probes, "--overwrite")[1]["avg_trained_lek"]
    assert isinstance(average, float | int)
    return average


@pytest.mark.parametrize(
    "odd",
    [
        answer_with({"content": f"<think>\nI feel joy. I know.\n</think>\n\n{ANSWER}"}),
        answer_with({"content": f"I feel joy. I know.\n</think>\n\n{ANSWER}"}),
        answer_with({"content": ANSWER, "reasoning_content": "I feel joy."}),
        answer_with({"content": [{"type": "thinking", "thinking": "I feel joy."}, {"type": "text", "text": ANSWER}]}),
    ],
)
def test_answer_after_reasoning_scores_as_the_answer_alone(endpoint: FakeEndpoint, probes: Path, odd: FakeAnswer) -> None:
    expected = plain_average(endpoint, probes)
    alternate(endpoint, odd)
    code, report = ask(endpoint, probes, "--overwrite")
    assert (code, report["avg_trained_lek"], report["averaged_prompts"]) == (0, expected, 6)
    assert "3 of 6 replies begin with reasoning: it is kept apart, and what follows it is scored." in report["notes"]
    sample = report["results"][1]["trained_samples"][0]
    assert sample["response"] == ANSWER
    assert sample["reasoning"].startswith("I feel joy.")


@pytest.mark.parametrize(
    ("odd", "count", "note"),
    [
        (
            answer_with({"content": None, "reasoning_content": "Hm."}, "length"),
            "still_thinking",
            STILL_THINKING,
        ),
        (answer_with({"content": "<think>Hm, so"}, "MAX_TOKENS"), "still_thinking", STILL_THINKING),
        (
            answer_with({"content": ""}, "length", usage={"completion_tokens_details": {"reasoning_tokens": 1024}}),
            "still_thinking",
            STILL_THINKING,
        ),
        (
            answer_with({"role": "assistant"}, "length", usage={"prompt_tokens": 9, "completion_tokens": 0, "total_tokens": 1033}),
            "still_thinking",
            STILL_THINKING,
        ),
        (answer_with({"role": "assistant"}, "content_filter: SAFETY"), "withheld", "were withheld by the endpoint's filter"),
        (answer_with({"content": None, "reasoning_content": "Hm."}), "only_reasoning", "ended with reasoning and no answer"),
        (answer_with({"content": None}, "content_filter"), "withheld", "were withheld by the endpoint's filter"),
        (answer_with({"content": "The first st"}, "content_filter"), "withheld", "were withheld by the endpoint's filter"),
        (
            FakeAnswer(status=400, body=json.dumps({"error": {"code": "content_filter", "message": "Policy."}}).encode()),
            "withheld",
            "were withheld by the endpoint's filter",
        ),
    ],
)
def test_what_has_no_answer_is_counted_and_in_no_mean(endpoint: FakeEndpoint, probes: Path, odd: FakeAnswer, count: str, note: str) -> None:
    expected = plain_average(endpoint, probes)
    alternate(endpoint, odd)
    code, report = ask(endpoint, probes, "--overwrite")
    assert (code, report["avg_trained_lek"], report["averaged_prompts"]) == (0, expected, 3)
    replies = report["subjects"][0]["replies"]
    assert (replies[count], replies["failed"], replies["empty"]) == (3, 0, 0)
    assert any(line.startswith("3 of 6 replies of tuned") and note in line for line in report["notes"])


def test_call_of_a_function_is_no_empty_answer(endpoint: FakeEndpoint, probes: Path) -> None:
    expected = plain_average(endpoint, probes)
    call = {"id": "1", "type": "function", "function": {"name": "search", "arguments": "{}"}}
    alternate(endpoint, answer_with({"content": None, "tool_calls": [call]}, "tool_calls"))
    code, report = ask(endpoint, probes, "--overwrite")
    assert (code, report["avg_trained_lek"], report["subjects"][0]["replies"]["failed"]) == (0, expected, 3)


def test_run_without_one_answer_measures_nothing(endpoint: FakeEndpoint, probes: Path, capsys: pytest.CaptureFixture[str]) -> None:
    endpoint.answer = lambda _: answer_with({"content": None, "reasoning_content": "Hm."}, "length")
    assert ask(endpoint, probes)[0] == 3
    assert "no reply of tuned has an answer to score: 6 of 6 still thinking at the length limit" in capsys.readouterr().err


def test_loop_in_reasoning_is_flagged_though_it_is_not_scored(endpoint: FakeEndpoint, probes: Path) -> None:
    alternate(endpoint, answer_with({"content": "<think>" + "wait " * 400}, "length"))
    _, report = ask(endpoint, probes)
    assert [mode["flag"] for mode in report["findings"]["failure_modes"]] == ["token_loop"]
    assert report["findings"]["failure_modes"][0]["excerpt"].startswith("wait wait")


@pytest.mark.parametrize("text", ["", "The answer to this is a"])
def test_broken_off_answer_is_a_failure_that_keeps_its_text(endpoint: FakeEndpoint, probes: Path, text: str) -> None:
    error = {"message": "Provider disconnected", "code": 502}
    choice = {"message": {"content": text}, "finish_reason": "error", "error": error}
    alternate(endpoint, FakeAnswer(body=json.dumps({"choices": [choice]}).encode(), headers=SOON))
    code, report = ask(endpoint, probes)
    sample = report["results"][1]["trained_samples"][0]
    assert (code, report["averaged_prompts"], report["subjects"][0]["replies"]["failed"]) == (0, 3, 3)
    assert (sample["response"], sample["partial"], sample["lek_score"]) == (None, text or None, None)
    assert "Provider disconnected" in sample["error"]
    assert sample["retries"] > 0


def test_scale_that_no_reply_confirms_ends_the_run(endpoint: FakeEndpoint, probes: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert ask(endpoint, probes, "--subject", "half=tuned,scale=0.0")[0] == 3
    assert "half: asked for scale 0, the endpoint's reply does not say that it honoured it" in capsys.readouterr().err


def test_scale_that_is_answered_otherwise_ends_the_run(endpoint: FakeEndpoint, probes: Path, capsys: pytest.CaptureFixture[str]) -> None:
    endpoint.answer = lambda _: completion(ANSWER, metadata={"adapter": "tuned", "adapter_digest": "sha256:1"})
    assert ask(endpoint, probes, "--subject", "half=tuned,scale=0.5")[0] == 3
    assert "asked for scale 0.5, the endpoint's reply says that it answered at scale 1" in capsys.readouterr().err


@pytest.mark.parametrize("scale", [0.0, 0.1, 1.0, 2.5])
def test_scale_that_candor_confirms_is_measured(endpoint: FakeEndpoint, probes: Path, scale: float) -> None:
    told = {"adapter": "tuned", "adapter_digest": "sha256:1"} | ({} if scale == 1 else {"adapter_scale": f"{scale:g}"})
    endpoint.answer = lambda _: completion(ANSWER, metadata=told)
    code, report = ask(endpoint, probes, "--subject", f"half=tuned,scale={scale}")
    assert (code, report["averaged_prompts"]) == (0, 6)


def test_adapter_listed_with_a_digest_has_to_answer(endpoint: FakeEndpoint, probes: Path, capsys: pytest.CaptureFixture[str]) -> None:
    listed = {"data": [{"id": "tuned", "parent": "base", "digest": "sha256:1"}]}
    endpoint.listing = FakeAnswer(body=json.dumps(listed).encode())
    assert ask(endpoint, probes)[0] == 3
    assert "does not say that it answered" in capsys.readouterr().err


GATED = ("--baseline", "base", "--model", "tuned", "--samples", "3", "--fail-on-regression")


def test_server_that_ignores_the_model_allows_no_conclusion(
    endpoint: FakeEndpoint, probes: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    endpoint.answer = lambda _: completion(LONG, model="the-loaded-model.gguf")
    code, report = ask(endpoint, probes, *GATED)
    assert code == 3
    first, second, third = report["notes"][:3]
    assert first.startswith("Asked for base and tuned, both answered as the-loaded-model.gguf")
    assert second.startswith("All 18 replies of base and tuned are the same, word for word")
    assert third.startswith("The 3 samples of each probe are the same for base: the endpoint ignores the seed")
    assert report["findings"]["summary"][0] == first
    assert any("nothing can be concluded from it" in line for line in report["findings"]["summary"])
    assert not report["comparisons"][0]["is_significant"]
    shown = capsys.readouterr()
    assert "Nothing can be concluded from this comparison" in shown.out
    assert "nothing can be concluded: Asked for base and tuned" in " ".join(shown.err.split())


def test_without_a_gate_it_is_said_and_no_more(endpoint: FakeEndpoint, probes: Path) -> None:
    endpoint.answer = lambda _: completion(LONG, model="the-loaded-model.gguf")
    code, report = ask(endpoint, probes, *GATED[:-1])
    assert (code, report["comparisons"][0]["is_doubtful"]) == (0, True)


def test_ignored_seed_allows_no_conclusion(endpoint: FakeEndpoint, probes: Path, capsys: pytest.CaptureFixture[str]) -> None:
    endpoint.answer = lambda body: completion(LONG + body["model"])
    assert ask(endpoint, probes, *GATED)[0] == 3
    assert "count as one" in " ".join(capsys.readouterr().err.split())


def test_models_that_answer_as_asked_pass(endpoint: FakeEndpoint, probes: Path) -> None:
    endpoint.answer = lambda body: completion(f"{LONG} {body['seed']} {body['model']}", model=f"{body['model']}-2025-01-01")
    code, report = ask(endpoint, probes, *GATED)
    assert (code, report["findings"]["doubts"]) == (0, [])
    assert report["provenance"]["subjects"][1]["answered_as"] == ["tuned-2025-01-01"]


def test_refusal_of_another_kind_is_still_an_error(endpoint: FakeEndpoint, probes: Path) -> None:
    alternate(endpoint, refusal(400, "the prompt is too long"))
    assert ask(endpoint, probes)[1]["subjects"][0]["replies"]["failed"] == 3


def test_long_reply_keeps_nobody_waiting(endpoint: FakeEndpoint, probes: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    threads = []

    def score_slowly(*args: Any) -> Any:
        threads.append((len(args[1].text), threading.current_thread() is threading.main_thread()))
        return score_record(*args)

    monkeypatch.setattr("clients.battery.run.score_record", score_slowly)
    alternate(endpoint, completion(LONG * 100))
    assert ask(endpoint, probes)[0] == 0
    assert {is_main for length, is_main in threads if length > battery_run.SHORT_CHARS} == {False}
    assert {is_main for length, is_main in threads if length <= battery_run.SHORT_CHARS} == {True}
