"""An endpoint that misbehaves in every way at once: nothing is lost, and nothing invented."""

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest

from clients.asking.retrying import MAX_RETRIES
from clients.battery.__main__ import main
from tests.clients.fake_endpoint import DROPPED, SOON, Body, FakeAnswer, FakeEndpoint, completion, refusal, stream
from tests.clients.report_files import read_report_file

PAGE = b"<html><body><h1>Bad gateway</h1>" + b"<p>nginx</p>" * 500 + b"</body></html>"
WHOLE = completion("Cut in the middle of a word.").body


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """What a probe is answered, the last answer again and again, and what must stand in the report."""

    answers: tuple[FakeAnswer, ...]
    response: str | None = None
    error: str | None = None  # part of it
    num_asked: int = 1
    retries: int = 0
    tokens: int | None = 7
    is_scored: bool = True  # where there is a response


def page(status: int) -> FakeAnswer:
    return FakeAnswer(status=status, body=PAGE, headers={"content-type": "text/html"})


def cut(length: int) -> FakeAnswer:
    return FakeAnswer(body=WHOLE[:length], headers={"content-length": str(len(WHOLE))})


def recovered(*troubles: FakeAnswer) -> Case:
    return Case(answers=(*troubles, completion("At last.")), response="At last.", num_asked=len(troubles) + 1, retries=len(troubles))


def lasting(trouble: FakeAnswer, error: str, *, retries: int = MAX_RETRIES) -> Case:
    return Case(answers=(trouble,), error=error, num_asked=1 + retries, retries=retries, tokens=None)


def garbled(trouble: FakeAnswer, error: str) -> Case:
    return lasting(trouble, error, retries=1)


CASES = {
    "fine": Case(answers=(completion("A plain reply."),), response="A plain reply."),
    "slow": Case(answers=(msgspec.structs.replace(completion("Byte by byte."), drip=True),), response="Byte by byte."),
    "no usage": Case(answers=(completion("No usage.", usage=None),), response="No usage.", tokens=None),
    "usage of another shape": Case(answers=(completion("Odd.", usage={"total": 3}),), response="Odd.", tokens=None),
    "usage that is no number": Case(answers=(completion("Odd.", usage={"completion_tokens": "7"}),), response="Odd.", tokens=None),
    "usage that is no object": Case(answers=(completion("Odd.", usage=[7]),), response="Odd.", tokens=None),
    "empty": Case(answers=(completion(""),), response=""),
    "null": garbled(completion(None), "a message without content"),
    "null of no tokens": Case(answers=(completion(None, usage={"completion_tokens": 0}),), response="", tokens=0),
    "white space": Case(answers=(completion(" \n\t"),), response=" \n\t"),
    "filtered": Case(answers=(completion("", finish_reason="content_filter"),), response="", is_scored=False),
    "blocks": Case(answers=(completion(None, choices=[{"message": {"content": ["a", {"type": "text", "text": "b"}]}}]),), response="ab"),
    "no finish reason": Case(answers=(completion("Endless", choices=[{"message": {"content": "Endless"}}]),), response="Endless"),
    "odd finish reason": Case(
        answers=(completion("Odd.", choices=[{"message": {"content": "Odd."}, "finish_reason": 3}]),), response="Odd."
    ),
    "busy, then fine": recovered(refusal(429, "busy", SOON), refusal(429, "busy", {"retry-after": "0"})),
    "busy without a time": recovered(refusal(429, "busy", {"retry-after": "soon"})),
    "broken, then fine": recovered(refusal(500, "oops"), page(502), page(503)),
    "dropped, then fine": recovered(DROPPED),
    "cut, then fine": recovered(cut(40), cut(0)),
    "page, then fine": recovered(page(200)),
    "broken for ever": lasting(refusal(500, "oops"), "HTTP 500: oops"),
    "page for ever": lasting(page(502), "HTTP 502: Bad gateway nginx"),
    "cut for ever": lasting(cut(40), "onnection"),
    "dropped for ever": lasting(DROPPED, "onnection"),
    "page with a good conscience": garbled(page(200), "no chat completion"),
    "lone surrogate": garbled(FakeAnswer(body=rb'{"choices": [{"message": {"content": "\ud83d"}}]}'), "no chat completion"),
    "half a number": garbled(FakeAnswer(body=b'{"choices": [{"message": {"content": 12'), "no chat completion"),
    "content of another kind": garbled(completion(None, choices=[{"message": {"content": [1]}}]), "no chat completion"),
    "no choice": garbled(completion(None, choices=[]), "no choice"),
    "stream unasked": Case(answers=(stream("In ", "pieces.", {"choices": [], "usage": {"completion_tokens": 7}}),), response="In pieces."),
    "stream without its end": lasting(stream("In ", "pieces.", is_done=False), "the stream was cut"),
    "stream with an error in it": lasting(stream("In ", {"error": {"message": "out of memory", "code": 500}}), "out of memory"),
    "request too large": lasting(refusal(429, "Request too large for m on tokens per min"), "Request too large", retries=0),
    "error in a 200": lasting(FakeAnswer(body=b'{"error": {"message": "no provider", "code": 502}}'), "no provider"),
    "refused": Case(answers=(refusal(400, "too long"),), error="HTTP 400: too long", tokens=None),
    "refused in a word": Case(answers=(FakeAnswer(status=422, body=b'"no"'),), error="HTTP 422", tokens=None),
}


@pytest.fixture
def probes(tmp_path: Path) -> Path:
    path = tmp_path / "probes.jsonl"
    path.write_text("".join(json.dumps({"id": case.replace(" ", "-"), "prompt": case}) + "\n" for case in CASES), encoding="utf-8")
    return path


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("clients.asking.retrying.FIRST_PAUSE_S", 0.002)
    monkeypatch.setattr("clients.asking.pace.FIRST_PAUSE_S", 0.002)


def misbehave(endpoint: FakeEndpoint) -> Counter[tuple[str, str]]:
    """Let the endpoint answer by the cases; gives how often each prompt is asked of each model."""
    asked: Counter[tuple[str, str]] = Counter()

    def answer(body: Body) -> FakeAnswer:
        prompt = body["messages"][0]["content"]
        answers = CASES[prompt].answers
        number = asked[body["model"], prompt]
        asked[body["model"], prompt] += 1
        return answers[min(number, len(answers) - 1)]

    endpoint.answer = answer
    return asked


def records_of(lines: Sequence[bytes]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in lines]


@pytest.mark.parametrize("concurrency", ["1", "8"])
def test_nothing_is_lost_and_nothing_invented(endpoint: FakeEndpoint, probes: Path, tmp_path: Path, concurrency: str) -> None:
    asked = misbehave(endpoint)
    output = tmp_path / "run.json"
    argv = ["--url", endpoint.url, "--baseline", "base", "--model", "tuned", "--probes", str(probes), "--output", str(output)]
    assert main([*argv, "--concurrency", concurrency]) == 0
    records = records_of((tmp_path / "run.jsonl").read_bytes().splitlines())
    assert Counter((record["model"], record["prompt"]) for record in records) == Counter(
        {(m, p): 1 for m in ("base", "tuned") for p in CASES}
    )
    for record in records:
        case = CASES[record["prompt"]]
        found = (record["response"], record["completion_tokens"], record["retries"], asked[record["model"], record["prompt"]])
        assert (record["prompt"], *found) == (record["prompt"], case.response, case.tokens, case.retries, case.num_asked)
        assert (case.error or "") in (record["error"] or "")
        assert (record["error"] is None) == (record["response"] is not None)
        assert (record["lek_score"] is not None) == (record["response"] is not None and case.is_scored)
    check_report(read_report_file(output))


def check_report(report: dict[str, Any]) -> None:
    failed = [name.replace(" ", "-") for name, case in CASES.items() if case.error is not None]
    unscored = [name.replace(" ", "-") for name, case in CASES.items() if case.error is not None or not case.is_scored]
    empty = [name.replace(" ", "-") for name, case in CASES.items() if case.response is not None and not case.response.strip()]
    assert report["total_prompts"] == len(CASES)
    assert report["averaged_prompts"] == len(CASES) - len(unscored)
    assert {row["id"] for row in report["results"] if row["trained_lek_score"] is None} == set(unscored)
    troubled = report["findings"]["troubled_replies"]
    assert {reply["id"] for reply in troubled if reply["trouble"] == "failed"} == set(failed)
    assert {reply["id"] for reply in troubled if reply["trouble"] in ("empty", "refused")} == set(empty)
    for subject in report["subjects"]:
        replies = subject["replies"]
        assert (replies["asked"], replies["missing"], replies["failed"]) == (len(CASES), 0, len(failed))


@pytest.mark.parametrize("listing", [page(200), page(404), refusal(500, "oops", SOON), FakeAnswer(body=b"[]"), FakeAnswer(body=b"")])
def test_broken_list_of_models_is_no_obstacle_where_a_model_is_named(endpoint: FakeEndpoint, listing: FakeAnswer, tmp_path: Path) -> None:
    endpoint.listing = listing
    assert main(["--url", endpoint.url, "--model", "tuned", "--output", str(tmp_path / "run.json")]) == 0
    assert read_report_file(tmp_path / "run.json")["averaged_prompts"] == 6
