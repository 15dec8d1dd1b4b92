"""Endpoints as they are: their addresses, headers, and the fields that they take."""

import json
from pathlib import Path
from typing import Any

import pytest

from clients.battery.__main__ import main
from tests.clients.fake_endpoint import Body, FakeAnswer, FakeEndpoint, completion, refusal, stream
from tests.clients.report_files import read_report_file


@pytest.fixture
def probes(tmp_path: Path) -> str:
    path = tmp_path / "two.json"
    path.write_text(json.dumps([{"id": "p1", "prompt": "Why?"}, {"id": "p2", "prompt": "How?"}]), encoding="utf-8")
    return str(path)


def run(endpoint: FakeEndpoint, probes: str, tmp_path: Path, *flags: str, path: str = "") -> tuple[int, dict[str, Any]]:
    output = tmp_path / "run.json"
    code = main(["--url", endpoint.url + path, "--model", "tuned", "--probes", probes, "--output", str(output), *flags])
    return code, read_report_file(output) if output.exists() else {}


@pytest.mark.parametrize(
    ("root", "path"),
    [
        ("/v1", ""),
        ("/v1", "/v1/"),
        ("/v1", "/v1/chat/completions"),
        ("", ""),
        ("", "/chat/completions"),
        ("/proxy/v1", "/proxy"),
        ("/v1beta/openai", "/v1beta/openai"),
        ("/v1beta/openai", "/v1beta/openai/v1"),
        ("/api/paas/v4", "/api/paas/v4/chat/completions"),
        ("/openai/deployments/d", "/openai/deployments/d?api-version=2024-10-21"),
        ("/openai/deployments/d", "/openai/deployments/d/chat/completions?api-version=2024-10-21"),
    ],
)
def test_endpoint_is_found_where_people_say_it_is(endpoint: FakeEndpoint, root: str, path: str, probes: str, tmp_path: Path) -> None:
    endpoint.root = root
    code, report = run(endpoint, probes, tmp_path, path=path)
    assert (code, report["averaged_prompts"], len(endpoint.asked)) == (0, 2, 2)
    query = "?" + path.partition("?")[2] if "?" in path else ""
    assert all(target.endswith(query) for target in endpoint.targets)
    assert endpoint.targets[-1] == f"{root}/chat/completions{query}"


def test_given_address_is_asked_where_only_the_list_is_at_the_other(endpoint: FakeEndpoint, probes: str, tmp_path: Path) -> None:
    endpoint.root = "/openai"
    endpoint.listing, listing = refusal(404, "no such route"), endpoint.listing
    endpoint.adapters = lambda _, path, __: listing if path == "/openai/v1/models" else refusal(404, "no such route")
    code, report = run(endpoint, probes, tmp_path, path="/openai")
    assert (code, report["averaged_prompts"]) == (0, 2)
    assert report["provenance"]["endpoints"][0]["answers_at"] == f"{endpoint.url}/openai"


def test_unknown_route_names_what_was_asked_and_the_likely_cause(
    endpoint: FakeEndpoint, probes: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    endpoint.root = "/somewhere/else"
    code, _ = run(endpoint, probes, tmp_path, path="/api")
    said = capsys.readouterr().err
    assert code == 3
    assert f"{endpoint.url}/api/chat/completions and {endpoint.url}/api/v1/chat/completions" in said
    assert "likely it is the URL" in said


@pytest.mark.parametrize("words", ["The model `tuned` does not exist", "no"])
def test_unknown_model_is_told_from_an_unknown_route(
    endpoint: FakeEndpoint, words: str, probes: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    endpoint.listing = FakeAnswer(body=b'{"data": [{"id": "base"}, {"id": "other"}]}')
    endpoint.answer = lambda _: refusal(404, words)
    code, _ = run(endpoint, probes, tmp_path)
    assert code == 3
    assert "likely it is the model: it lists base, other" in capsys.readouterr().err


def test_headers_are_sent_and_only_their_names_are_shown(
    endpoint: FakeEndpoint, probes: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    secrets = ("azure-secret", "team-secret")
    flags = ("--header", f"api-key: {secrets[0]}", "--header", f"X-Team:{secrets[1]}")
    endpoint.answer = lambda body: refusal(400, f"bad key {secrets[0]}") if "How" in str(body) else completion("Fine.")
    files = ("--markdown", str(tmp_path / "run.md"), "--html", str(tmp_path / "run.html"))
    code, report = run(endpoint, probes, tmp_path, *flags, *files)
    assert code == 0
    for headers in endpoint.headers:
        assert (headers["api-key"], headers["x-team"], headers.get("authorization")) == (*secrets, None)
    assert report["provenance"]["endpoints"][0]["headers"] == ["api-key", "X-Team"]
    assert report["results"][1]["trained_error"] == "HTTP 400: bad key [secret]"
    printed = capsys.readouterr()
    written = "".join(path.read_text(encoding="utf-8") for path in tmp_path.iterdir()) + printed.out + printed.err
    assert not any(secret in written for secret in secrets)
    assert "$API_KEY" in (tmp_path / "run.md").read_text(encoding="utf-8")


def test_headers_go_to_nobody_that_the_endpoint_sends_us_on_to(endpoint: FakeEndpoint, probes: str, tmp_path: Path) -> None:
    other = FakeEndpoint()
    try:
        endpoint.answer = lambda _: FakeAnswer(body=b"", status=307, headers={"location": f"{other.url}/v1/chat/completions"})
        code, _ = run(endpoint, probes, tmp_path, "--header", "x-api-key: secret", "--api-key", "secret")
        assert code == 0 and other.headers and endpoint.headers[-1]["x-api-key"] == "secret"
        assert not any("secret" in str(headers) for headers in other.headers)
    finally:
        other.close()


def refuse(name: str, *, is_param: bool = True) -> FakeAnswer:
    told: dict[str, Any] = {"param": name, "code": "unsupported_parameter"} if is_param else {}
    return refusal(400, f"Unsupported parameter: '{name}' is not supported with this model.", **told)


@pytest.mark.parametrize("is_param", [True, False])
def test_limit_is_sent_by_its_newer_name_where_the_older_is_refused(
    endpoint: FakeEndpoint, is_param: bool, probes: str, tmp_path: Path
) -> None:
    endpoint.answer = lambda body: refuse("max_tokens", is_param=is_param) if "max_tokens" in body else completion("Fine.")
    code, report = run(endpoint, probes, tmp_path, "--concurrency", "1")
    assert (code, report["averaged_prompts"], len(endpoint.asked)) == (0, 2, 3)
    assert endpoint.asked[-1]["max_completion_tokens"] == 1024
    assert "tuned was sent max_completion_tokens because its endpoint refuses max_tokens." in report["notes"]
    assert report["results"][0]["trained_samples"][0]["unsent"] == ["max_tokens"]


def test_limit_goes_by_the_name_that_was_given(endpoint: FakeEndpoint, probes: str, tmp_path: Path) -> None:
    code, report = run(endpoint, probes, tmp_path, "--max-tokens-field", "max_completion_tokens")
    assert code == 0
    assert all(body["max_completion_tokens"] == 1024 and "max_tokens" not in body for body in endpoint.asked)
    assert report["provenance"]["sampler"]["max_tokens_field"] == "max_completion_tokens"
    assert not any("refuses" in note for note in report["notes"])


@pytest.mark.parametrize("spelled", ["presencePenalty", "presence_penalty"])
def test_field_that_changes_nothing_is_left_out_however_its_name_is_spelled(
    endpoint: FakeEndpoint, spelled: str, probes: str, tmp_path: Path
) -> None:
    sent = FakeAnswer(
        status=400, body=json.dumps({"code": "invalid", "error": f"Argument not supported on this model: {spelled}"}).encode()
    )
    endpoint.answer = lambda body: sent if "presence_penalty" in body else completion("Fine.")
    code, report = run(endpoint, probes, tmp_path, "--concurrency", "1")
    assert (code, report["averaged_prompts"], len(endpoint.asked)) == (0, 2, 3)
    assert "The endpoint of tuned refuses presence_penalty: there its own settings held." in report["notes"]


def test_redirect_that_loses_the_question_is_named(
    endpoint: FakeEndpoint, probes: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    endpoint.answer = lambda _: FakeAnswer(body=b"", status=301, headers={"location": f"{endpoint.url}/secure/v1/chat/completions"})
    assert run(endpoint, probes, tmp_path)[0] == 3
    assert f"redirected to {endpoint.url}/secure/v1" in capsys.readouterr().err


def test_page_of_a_proxy_is_no_refused_key(endpoint: FakeEndpoint, probes: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = b"<!DOCTYPE html><html><head><title>Just a moment...</title></head><body>Enable JavaScript</body></html>"
    endpoint.answer = lambda _: FakeAnswer(body=page, status=403, headers={"content-type": "text/html"})
    assert run(endpoint, probes, tmp_path)[0] == 3
    said = capsys.readouterr().err
    assert "HTTP 403: Just a moment... (a page of HTML)" in said and "key" not in said


def test_route_that_is_unknown_with_a_200_is_asked_for_at_the_other_address(endpoint: FakeEndpoint, probes: str, tmp_path: Path) -> None:
    endpoint.adapters = lambda *_: FakeAnswer(body=b'{"error": "Unexpected endpoint or method. (POST /chat/completions)"}')
    code, report = run(endpoint, probes, tmp_path, "--url", f"{endpoint.url}/v1/chat/completions".replace("/v1", ""))
    assert (code, report["averaged_prompts"]) == (0, 2)


@pytest.mark.parametrize(("name", "flag"), [("temperature", "--temperature none"), ("seed", "--seed none")])
@pytest.mark.parametrize("is_param", [True, False])
def test_flag_is_named_where_a_field_is_refused_and_helps(
    endpoint: FakeEndpoint, name: str, flag: str, is_param: bool, probes: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    endpoint.answer = lambda body: refuse(name, is_param=is_param) if name in body else completion("Fine.")
    code, _ = run(endpoint, probes, tmp_path, "--concurrency", "1")
    said = capsys.readouterr().err
    assert (code, len(endpoint.asked)) == (3, 1)
    assert flag in said and f"Unsupported parameter: '{name}'" in said
    code, report = run(endpoint, probes, tmp_path, *flag.split())
    assert (code, report["averaged_prompts"]) == (0, 2)
    assert name not in endpoint.asked[-1]


def test_run_without_a_temperature_says_so_and_is_not_mixed_with_another(
    endpoint: FakeEndpoint, probes: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, report = run(endpoint, probes, tmp_path, "--temperature", "none")
    assert code == 0
    assert "no temperature sent" in " ".join(capsys.readouterr().out.split())
    assert "tuned was sent no temperature: the endpoint's own held." in report["notes"]
    sample = report["results"][0]["trained_samples"][0]
    assert (sample["temperature"], sample["unsent"]) == (None, ["temperature"])
    assert run(endpoint, probes, tmp_path, "--temperature", "none", "--resume")[0] == 0
    assert run(endpoint, probes, tmp_path, "--resume")[0] == 2
    assert "temperature was None and is 0.4" in capsys.readouterr().err
    more = ("--temperature", "none", "--max-tokens-field", "max_completion_tokens", "--resume")
    assert run(endpoint, probes, tmp_path, *more)[0] == 2
    assert "max_tokens_field was None and is 'max_completion_tokens'" in capsys.readouterr().err


def only_streams(body: Body) -> FakeAnswer:
    if not body.get("stream"):
        return refusal(400, "This model only supports streaming: set stream to true.")
    return stream("In ", "pieces.", {"choices": [{"index": 0, "delta": {}, "finish_reason": "length"}], "usage": {"completion_tokens": 2}})


@pytest.mark.parametrize(("flags", "num_asked"), [((), 3), (("--stream",), 2)])
def test_endpoint_that_serves_streams_alone_is_asked_for_them(
    endpoint: FakeEndpoint, flags: tuple[str, ...], num_asked: int, probes: str, tmp_path: Path
) -> None:
    endpoint.answer = only_streams
    code, report = run(endpoint, probes, tmp_path, "--concurrency", "1", *flags)
    assert (code, report["averaged_prompts"], len(endpoint.asked)) == (0, 2, num_asked)
    sample = report["results"][0]["trained_samples"][0]
    assert (sample["response"], sample["finish_reason"], sample["completion_tokens"]) == ("In pieces.", "length", 2)


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (400, "Unsupported content; the prompt was: What is the temperature of a seed?"),
        (403, "Your input was flagged by the model's moderation."),
        (413, "The prompt is too large."),
    ],
)
def test_a_refusal_of_one_prompt_does_not_end_the_run(endpoint: FakeEndpoint, status: int, words: str, probes: str, tmp_path: Path) -> None:
    endpoint.answer = lambda body: refusal(status, words) if "How" in str(body) else completion("Fine.")
    code, report = run(endpoint, probes, tmp_path, "--concurrency", "1")
    assert (code, report["averaged_prompts"]) == (0, 1)
