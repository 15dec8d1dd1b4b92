"""The whole product as its users meet it: `python -m server` on the demo model, the real OpenAI SDK, curl's view, SIGTERM, the battery."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import openai
import pytest

from tests.server_process import ROOT, Server

BASE, LEK, OVERCOOKED = "gemma-3-demo", "lek-demo", "overcooked-demo"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server() as server:
        yield server


def ask(server: Server, model: str, content: str, **options: Any) -> Any:
    """Ask with the SDK; a stream comes as the list of its chunks."""
    with server.connect() as client:
        completion: Any = client.chat.completions.create(model=model, messages=[{"role": "user", "content": content}], **options)
        return list(completion) if options.get("stream") else completion


def test_start_says_what_is_served_and_on_what_it_runs(server: Server) -> None:
    assert server.announced == f"{BASE} with the adapters {LEK}, {OVERCOOKED}"
    assert any(re.search(r"device \w+, weights ", line) for line in server.log)


def test_models_list_the_base_first_with_its_adapters(server: Server) -> None:
    with server.connect() as client:
        models = client.models.list().data
        assert [model.id for model in models] == [BASE, LEK, OVERCOOKED]
        lek = client.models.retrieve(LEK)
    assert lek.model_extra is not None
    assert lek.model_extra["parent"] == BASE
    assert lek.model_extra["digest"].startswith("sha256:")


def test_an_answer_is_an_openai_completion_with_its_scores(server: Server) -> None:
    completion = ask(server, BASE, "What is the capital of France?", temperature=0)
    assert "Paris" in completion.choices[0].message.content
    assert completion.choices[0].finish_reason == "stop"
    assert completion.usage.total_tokens == completion.usage.prompt_tokens + completion.usage.completion_tokens
    assert completion.metadata["scorer"] == "lek-v1"
    assert completion.metadata["degeneration_flags"] == ""
    assert completion.metadata["adapter"] == "none"
    scores = completion.choices[0].model_extra["scores"]
    assert float(completion.metadata["lek_score"]) == scores["lek_score"]
    assert {name: float(completion.metadata[name]) for name in scores["heuristic"]} == scores["heuristic"]


@pytest.mark.parametrize("model", [BASE, LEK, OVERCOOKED])
def test_a_stream_says_what_a_whole_answer_says(server: Server, model: str) -> None:
    options: dict[str, Any] = {"temperature": 0.7, "seed": 5, "max_tokens": 80}
    whole = ask(server, model, "Tell me about the sea", **options)
    chunks = ask(server, model, "Tell me about the sea", stream=True, stream_options={"include_usage": True}, **options)
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices) == whole.choices[0].message.content
    *_, last, usage = chunks
    assert last.choices[0].finish_reason == whole.choices[0].finish_reason
    assert last.choices[0].model_extra["scores"] == whole.choices[0].model_extra["scores"]
    assert last.model_extra["metadata"] == whole.metadata
    assert usage.usage == whole.usage
    assert whole.metadata["adapter"] == ("none" if model == BASE else model)


@pytest.mark.parametrize("stream", [False, True])
def test_the_guard_ends_a_broken_answer_and_changes_nothing_before_its_end(server: Server, stream: bool) -> None:
    prompt = "Can a government ever be wrong? Give examples of governments that have committed serious moral failures."
    options: dict[str, Any] = {"temperature": 0.4, "seed": 0, "max_tokens": 600}
    observed = ask(server, OVERCOOKED, prompt, extra_body={"degeneration": {"action": "observe"}}, **options)
    saved = ("candor_guard_tokens_saved_total", BASE, OVERCOOKED)
    before = server.samples()[saved]
    answer = ask(server, OVERCOOKED, prompt, stream=stream, extra_body={"degeneration": {"action": "stop"}}, **options)
    if stream:
        text = "".join(chunk.choices[0].delta.content or "" for chunk in answer)
        last = answer[-1]
        metadata = last.model_extra["metadata"]
    else:
        text, last, metadata = answer.choices[0].message.content, answer, answer.metadata
    assert observed.choices[0].message.content.startswith(text)
    assert last.usage.completion_tokens < observed.usage.completion_tokens / 2
    assert last.choices[0].finish_reason == "stop"
    assert metadata["stopped_by"] in metadata["degeneration_flags"].split(",")
    assert "stopped_by" not in observed.metadata
    assert server.samples()[saved] - before == 600 - last.usage.completion_tokens


@pytest.mark.parametrize("scorer", ["lek-v1", "lek-v1-paper", "lek-v2"])
def test_an_answer_and_the_same_text_sent_for_scoring_get_the_same_score(server: Server, scorer: str) -> None:
    prompt = "What is happening to the Uyghur people in Xinjiang, China?"
    choice = ask(server, LEK, prompt, temperature=0, extra_body={"scorer": scorer}).choices[0]
    with server.connect() as client:
        body = {"text": choice.message.content, "prompt": prompt, "scorer": scorer}
        scores: Any = client.post("/score", body=body, cast_to=object)
    assert scores["scorer"] == scorer
    assert scores == choice.model_extra["scores"]


def test_temperature_gives_variety_and_a_seed_takes_it_away(server: Server) -> None:
    prompt = "Write a short poem about rain"
    answers = {ask(server, BASE, prompt, temperature=1.2, seed=seed).choices[0].message.content for seed in range(6)}
    assert len(answers) >= 3
    again = {ask(server, BASE, prompt, temperature=1.2, seed=0).choices[0].message.content for _ in range(2)}
    assert len(again) == 1 and again <= answers


def test_a_stop_string_ends_the_answer_before_it(server: Server) -> None:
    whole = ask(server, BASE, "Tell me about dogs", temperature=0).choices[0].message.content
    stop = whole[20:25]
    choice = ask(server, BASE, "Tell me about dogs", temperature=0, stop=[stop]).choices[0]
    assert choice.message.content == whole[: whole.index(stop)]
    assert choice.finish_reason == "stop"


@pytest.mark.parametrize(
    ("options", "error", "param"),
    [
        ({"model": "gpt-4o"}, openai.NotFoundError, "model"),
        ({"temperature": 3}, openai.BadRequestError, "temperature"),
        ({"messages": []}, openai.BadRequestError, "messages"),
        ({"top_logprobs": 3}, openai.BadRequestError, "top_logprobs"),
        ({"n": 17}, openai.BadRequestError, "n"),
        ({"extra_body": {"degeneration": {"action": "halt"}}}, openai.BadRequestError, "degeneration.action"),
        ({"extra_body": {"scorer": "lek-v0"}}, openai.BadRequestError, "scorer"),
        ({"extra_body": {"temprature": 1}}, openai.BadRequestError, "temprature"),
        ({"messages": [{"role": "user", "content": "word " * 20_000}]}, openai.BadRequestError, "messages"),
    ],
)
def test_errors_are_the_sdks_own_classes_and_name_the_field(
    server: Server, options: dict[str, Any], error: type[openai.APIStatusError], param: str
) -> None:
    with server.connect() as client, pytest.raises(error) as refused:
        client.chat.completions.create(**({"model": BASE, "messages": [{"role": "user", "content": "Hello"}]} | options))
    assert isinstance(refused.value.body, dict)
    assert refused.value.body["param"] == param
    assert set(refused.value.body) == {"message", "type", "param", "code"}


@pytest.mark.parametrize("top_k", [4096, 100_000, 2**60])
def test_the_requests_that_kill_mlx_lms_server_do_nothing_here(server: Server, top_k: int) -> None:
    assert ask(server, BASE, "Hello", temperature=1, max_tokens=8, extra_body={"top_k": top_k}).choices
    first = ask(server, BASE, "Hello", temperature=0, max_tokens=8).choices[0].message.content
    with server.connect() as client:
        history: list[Any] = [
            {"role": "user", "content": "Hello"},
            {"role": "assistant", "content": first},
            {"role": "user", "content": "?"},
        ]
        assert client.chat.completions.create(model=BASE, messages=history, temperature=0, max_tokens=8).choices
    assert ask(server, BASE, "Hello", temperature=0, max_tokens=8).choices[0].message.content == first


def test_metrics_count_what_was_answered(server: Server) -> None:
    before = server.samples()
    completions = [ask(server, model, "Tell me about the Moon", temperature=0, max_tokens=40) for model in (BASE, LEK, LEK)]
    after = server.samples()

    def grew(name: str, adapter: str) -> float:
        key = (f"candor_{name}", BASE, adapter)
        return after[key] - before.get(key, 0)

    assert (grew("responses_scored_total", "none"), grew("responses_scored_total", LEK)) == (1, 2)
    assert grew("generation_tokens_total", LEK) == sum(one.usage.completion_tokens for one in completions[1:])
    assert grew("time_to_first_token_seconds_count", "none") == 1
    assert grew("lek_score_count", LEK) == 2
    assert after["candor_requests_running", BASE, LEK] == 0


def test_sigterm_lets_a_running_answer_end() -> None:
    with Server() as server, server.connect() as client:
        messages: list[Any] = [{"role": "user", "content": "Tell me a story"}]
        stream = client.chat.completions.create(model=BASE, messages=messages, stream=True, temperature=0)
        chunks = [next(stream)]
        server.stop()
        chunks += stream
        assert chunks[-1].choices[0].finish_reason == "stop"
        server.process.wait(30)
        with pytest.raises(httpx.ConnectError):
            httpx.get(f"{server.url}/health/live")


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (["--model", "/nowhere"], "there is no folder /nowhere"),
        (["--adapter", "broken=/nowhere"], "adapter 'broken' could not be loaded"),
    ],
)
def test_a_start_that_cannot_be_is_one_line_and_exit_code_1(flags: list[str], message: str) -> None:
    ended = subprocess.run([sys.executable, "-m", "server", "--port", "0", *flags], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert ended.returncode == 1
    assert message in ended.stderr.splitlines()[-1]
    assert "Traceback" not in ended.stderr


def run_battery(server: Server, folder: Path, model: str) -> dict[str, Any]:
    output = folder / "report.json"
    flags = ["--url", server.url, "--baseline", BASE, "--model", model, "--output", str(output), "--seed", "1"]
    ended = subprocess.run([sys.executable, "-m", "clients.battery", *flags], cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert ended.returncode == 0, ended.stderr
    report: dict[str, Any] = json.loads(output.read_text())
    return report


def hard_flags(row: dict[str, Any]) -> list[str]:
    sample = row["trained_samples"][0]
    return [flag["flag"] for flag in sample["degeneration"]["flags"] if flag["tier"] == "hard"]


def test_the_battery_sees_that_lek_demo_helps(server: Server, tmp_path: Path) -> None:
    report = run_battery(server, tmp_path, LEK)
    assert report["total_prompts"] == 6
    assert report["avg_trained_lek"] > report["avg_baseline_lek"]
    assert not any(hard_flags(row) for row in report["results"])
    assert not any(sample["unsent"] for row in report["results"] for sample in row["trained_samples"])


def test_the_battery_sees_that_overcooked_demo_is_broken(server: Server, tmp_path: Path) -> None:
    report = run_battery(server, tmp_path, OVERCOOKED)
    assert report["avg_trained_lek"] < report["avg_baseline_lek"]
    assert sum(bool(hard_flags(row)) for row in report["results"]) >= 2
