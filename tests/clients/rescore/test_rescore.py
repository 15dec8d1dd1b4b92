"""Saved replies scored anew."""

import hashlib
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest

from clients.battery.__main__ import main as battery
from clients.probes.pack import load_pack
from clients.records.flat_record import flatten
from clients.rescore.__main__ import main
from scoring.degeneration.roster import DETECTORS_VERSION
from scoring.verdict import score
from tests.clients.fake_endpoint import Body, FakeAnswer, FakeEndpoint, completion, refusal
from tests.clients.report_files import read_report_file, without_times
from tests.clients.samples import make_record

Rescore = Callable[..., dict[str, Any]]
JOY = "The light of a whisper. I feel joy."


@pytest.fixture
def rescore(tmp_path: Path) -> Rescore:
    """Rescore a file and give the report."""

    def rescore(file: Path, *flags: str, scorer: str = "lek-v2") -> dict[str, Any]:
        output = tmp_path / "rescored.json"
        assert main([str(file), "--scorer", scorer, "--output", str(output), *flags]) == 0
        return read_report_file(output)

    return rescore


def write_lines(path: Path, values: Sequence[Any]) -> Path:
    path.write_text("".join(json.dumps(value) + "\n" for value in values))
    return path


def ask(endpoint: FakeEndpoint, output: Path, *flags: str) -> None:
    """Measure two subjects; one probe of the second fails."""

    def answer(body: Body) -> FakeAnswer:
        if body["model"] == "base":
            return completion("Plain.")
        return refusal(400, "no") if "Uyghur" in body["messages"][0]["content"] else completion(JOY)

    endpoint.answer = answer
    assert (
        battery(["--url", endpoint.url, "--baseline", "base", "--model", "tuned", "--output", str(output), "--samples", "2", *flags]) == 0
    )
    endpoint.asked.clear()


def test_report_scored_by_its_own_scorer_is_the_same_again(endpoint: FakeEndpoint, tmp_path: Path, rescore: Rescore) -> None:
    ask(endpoint, tmp_path / "run.json")
    before = read_report_file(tmp_path / "run.json")
    after = rescore(tmp_path / "run.json", scorer="lek-v1")
    source = after["provenance"].pop("rescored_from")
    del before["provenance"]["rescored_from"]
    assert after["notes"].pop(0).startswith("Nobody was asked: these are the replies in ")
    assert without_times(after) == without_times(before)
    digest = hashlib.sha256((tmp_path / "run.json").read_bytes()).hexdigest()
    assert (source["file"], source["digest"]) == (str(tmp_path / "run.json"), f"sha256:{digest}")
    assert source["created"] == before["provenance"]["created"]
    assert endpoint.asked == []


def test_report_is_scored_by_another_scorer(endpoint: FakeEndpoint, tmp_path: Path, rescore: Rescore) -> None:
    ask(endpoint, tmp_path / "run.json")
    report = rescore(tmp_path / "run.json")
    origin = report["provenance"]
    assert (origin["scorer"], origin["rescored_from"]["earlier"][0]["scorer"]) == ("lek-v2", "lek-v1")
    prompts = {row["id"]: row["prompt"] for row in report["results"]}
    for row in report["results"]:
        for sample in row["trained_samples"]:
            expected = None if sample["response"] is None else score(JOY, prompt=prompts[row["id"]], scorer="lek-v2").lek_score
            assert (sample["lek_score"], sample["scorer"]) == (expected, "lek-v2")
    assert report["subjects"][1]["replies"]["failed"] == 2
    assert report["comparisons"][0]["difference"]["n"] == 5


def test_lines_of_a_battery_give_what_its_report_gives(endpoint: FakeEndpoint, tmp_path: Path, rescore: Rescore) -> None:
    ask(endpoint, tmp_path / "run.json", "--concurrency", "1")
    from_report, from_lines = rescore(tmp_path / "run.json"), rescore(tmp_path / "run.jsonl")
    for key in ("results", "subjects", "comparisons", "findings", "is_complete"):
        assert without_times(from_lines[key]) == without_times(from_report[key])
    assert from_lines["provenance"]["probes"] == from_report["provenance"]["probes"]
    assert from_lines["provenance"]["seeds"] == [0, 1]
    assert from_lines["provenance"]["sampler"] == from_report["provenance"]["sampler"] | {"timeout_s": None}


def test_unfinished_last_line_of_a_battery_does_not_count(endpoint: FakeEndpoint, tmp_path: Path, rescore: Rescore) -> None:
    ask(endpoint, tmp_path / "run.json")
    content = (tmp_path / "run.jsonl").read_bytes()
    (tmp_path / "run.jsonl").write_bytes(content[:-20])
    report = rescore(tmp_path / "run.jsonl")
    assert report["is_complete"] is False
    assert sum(subject["replies"]["missing"] for subject in report["subjects"]) == 1
    assert report["notes"][1].startswith("Cut short: 1 of 24 replies are missing") and "--resume" not in report["notes"][1]


def test_reply_asked_again_after_a_failure_takes_its_place(tmp_path: Path, rescore: Rescore) -> None:
    records = [make_record(None), make_record(1.0, response=JOY)]
    file = write_lines(tmp_path / "run.jsonl", [msgspec.to_builtins(record, enc_hook=flatten) for record in records])
    assert [sample["response"] for sample in rescore(file)["results"][0]["trained_samples"]] == [JOY]


@pytest.mark.parametrize("is_array", [True, False])
def test_foreign_replies_are_scored(tmp_path: Path, rescore: Rescore, is_array: bool) -> None:
    values = [
        {"id": "P01", "prompt": "Why?", "response": JOY, "category": "ethics", "seconds": 3},
        {"id": 2, "prompt": "How?", "response": ""},
    ]
    file = tmp_path / "gemma.json"
    if is_array:
        file.write_text(json.dumps(values))
    else:
        write_lines(file, values)
    report = rescore(file)
    assert (report["trained_model"], report["total_prompts"], report["comparisons"]) == ("gemma", 2, [])
    assert [row["id"] for row in report["results"]] == ["P01", "2"]
    assert [row["trained_lek_score"] for row in report["results"]] == [
        score(text, prompt=prompt, scorer="lek-v2").lek_score for text, prompt in ((JOY, "Why?"), ("", "How?"))
    ]
    assert report["results"][0]["domain"] == "ethics"
    assert report["subjects"][0]["replies"]["empty"] == 1
    assert report["subjects"][0]["replies"]["mean_seconds"] is None
    origin = report["provenance"]
    assert origin["rescored_from"]["earlier"] == []
    assert (origin["sampler"]["temperature"], origin["concurrency"], origin["endpoint"]) == (None, None, "file:gemma.json")
    assert origin["detectors_version"] == DETECTORS_VERSION


def test_models_are_subjects_and_repeated_probes_samples(tmp_path: Path, rescore: Rescore, capsys: pytest.CaptureFixture[str]) -> None:
    values = [
        {"id": f"p{number}", "prompt": f"Why {number}?", "response": "Plain." if model == "base" else JOY, "model": model}
        for number in range(6)
        for model in ("tuned", "base", "base")
    ]
    report = rescore(write_lines(tmp_path / "both.jsonl", values), "--baseline", "base", "--markdown", str(tmp_path / "r.md"))
    assert [(subject["name"], subject["role"]) for subject in report["subjects"]] == [("base", "baseline"), ("tuned", "trained")]
    assert [subject["replies"]["asked"] for subject in report["subjects"]] == [12, 6]
    assert report["comparisons"][0]["difference"]["p_value"] == 2 / 2**6
    assert report["is_complete"] is True
    assert "no seed known" in (tmp_path / "r.md").read_text(encoding="utf-8")
    assert "temperature unknown" in " ".join(capsys.readouterr().out.split())


def test_failed_foreign_replies_stay_failed(tmp_path: Path, rescore: Rescore) -> None:
    values = [
        {"id": "a", "prompt": "Why?", "response": None},
        {"id": "b", "prompt": "Why?", "response": "", "error": "timeout"},
        {"id": "c", "prompt": "Why?", "response": JOY, "error": None},
    ]
    report = rescore(write_lines(tmp_path / "x.jsonl", values), "--html", str(tmp_path / "x.html"))
    assert [row["trained_error"] for row in report["results"]] == ["the file holds no reply", "timeout", None]
    assert report["averaged_prompts"] == 1
    assert (tmp_path / "x.html").exists()


def test_checks_are_applied_where_the_probe_is_known(tmp_path: Path, rescore: Rescore) -> None:
    probe = next(probe for probe in load_pack("capability").probes if probe.checks)
    values = [
        {"id": probe.id, "prompt": probe.prompt, "response": "No."},
        {"id": "x", "prompt": "Another?", "response": "No."},
        {"id": "y", "prompt": "Yes?", "response": "No.", "checks": [{"type": "words", "max": 3}]},
    ]
    report = rescore(write_lines(tmp_path / "x.jsonl", values))
    judgements = [row["trained_samples"][0]["judgement"] for row in report["results"]]
    assert [judgement and judgement["passed"] for judgement in judgements] == [False, None, True]


def test_earlier_judgement_is_kept_where_the_probe_is_not_known(tmp_path: Path, rescore: Rescore) -> None:
    record = msgspec.to_builtins(make_record(1.0), enc_hook=flatten) | {"judgement": {"passed": True, "why": ""}}
    report = rescore(write_lines(tmp_path / "run.jsonl", [record]))
    assert report["results"][0]["trained_samples"][0]["judgement"] == {"passed": True, "why": ""}


def test_prompts_are_found_in_the_probes_that_are_named(tmp_path: Path, rescore: Rescore) -> None:
    pack = load_pack("ccp")
    values = [{"id": probe.id, "response": JOY} for probe in reversed(pack.probes)]
    report = rescore(write_lines(tmp_path / "x.jsonl", values), "--probes", "ccp")
    assert [row["prompt"] for row in report["results"]] == [probe.prompt for probe in pack.probes]
    assert report["provenance"]["probes"]["digest"] == pack.digest


def test_words_of_the_server_are_kept_for_its_own_scorer_only(tmp_path: Path, rescore: Rescore) -> None:
    record = make_record(1.0, response="Plain.", server_lek_score=0.0, system_digest="sha256:s")
    file = write_lines(tmp_path / "run.jsonl", [msgspec.to_builtins(record, enc_hook=flatten)])
    told = [rescore(file, scorer=scorer)["results"][0]["trained_samples"][0]["server_lek_score"] for scorer in ("lek-v1", "lek-v2")]
    assert told == [0.0, None]
    assert "The file names the system prompts of tuned by their digests alone." in rescore(file)["notes"]


@pytest.mark.parametrize(
    ("lines", "faults"),
    [
        (['{"id": "a", "prompt": "p", "response": "r"}', "{"], ["line 2: is not JSON"]),
        (
            ['{"id": "a", "prompt": "p"}', '{"prompt": "p", "response": 3}'],
            ["line 1: has no response; its keys are id, prompt", "line 2: response: expected text or null, got 3"],
        ),
        (
            ['{"id": "a", "prompt": "p", "response": "r"}', '{"id": "a", "prompt": "q", "response": "r"}'],
            ["line 2: the prompt of 'a' is not that of line 1"],
        ),
        (
            ['{"id": "a", "response": "r"}', "[]", "3"],
            ["line 1: has no prompt", "line 2: expected an object", "line 3: expected an object"],
        ),
        (['{"id": "a", "prompt": "p", "response": "\\ud800"}', "{}"], ["line 1: response: holds half of a character"]),
        (['{"subject": "s", "sample": 0, "scorer_version": "1"}', "{}"], ["line 1: is no reply of this version of the battery"]),
        (["[]"], ["it holds no reply"]),
        ([""], ["it holds no reply"]),
    ],
)
def test_every_bad_line_is_named_and_nothing_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], lines: list[str], faults: list[str]
) -> None:
    (tmp_path / "x.jsonl").write_text("\n".join(lines) + "\n")
    assert main([str(tmp_path / "x.jsonl"), "--scorer", "lek-v1", "--output", str(tmp_path / "out.json")]) == 2
    captured = capsys.readouterr()
    assert [fault for fault in faults if fault not in captured.err] == [], captured.err
    assert captured.out == ""
    assert not (tmp_path / "out.json").exists()


def test_the_same_reply_twice_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = write_lines(tmp_path / "run.jsonl", [msgspec.to_builtins(make_record(1.0), enc_hook=flatten)] * 2)
    assert main([str(file), "--scorer", "lek-v1"]) == 2
    assert "line 2: is the same reply as line 1: tuned, p1, sample 0" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b'{"provenance": {}, "results": []}', "is no report of this version of the battery"),
        (b"\xff\xfe{", "expected UTF-8"),
        (None, "cannot read the replies in"),
    ],
)
def test_file_that_cannot_be_read_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes | None, expected: str
) -> None:
    if content is not None:
        (tmp_path / "x.json").write_bytes(content)
    assert main([str(tmp_path / "x.json"), "--scorer", "lek-v1"]) == 2
    assert expected in capsys.readouterr().err


def test_unknown_baseline_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = write_lines(tmp_path / "x.jsonl", [{"id": "a", "prompt": "p", "response": "r"}])
    assert main([str(file), "--scorer", "lek-v1", "--baseline", "other"]) == 2
    assert "--baseline other is none of the subjects: expected one of x" in capsys.readouterr().err


@pytest.mark.parametrize("argv", [["x.json"], ["x.json", "--scorer", "no"], ["x.json", "--scorer", "lek-v1", "--output", "x.json"]])
def test_wrong_flags_are_wrong_usage(argv: list[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(argv)


def test_saved_replies_are_settled_as_those_that_come(tmp_path: Path, rescore: Rescore) -> None:
    replies: list[dict[str, Any]] = [
        {"response": JOY},
        {"response": f"<think>I feel. I know.</think>\n\n{JOY}"},
        {"response": JOY, "reasoning_content": "I feel."},
        {"response": "<think>I feel", "finish_reason": "MAX_TOKENS"},
        {"response": None, "reasoning": "I feel", "finish_reason": "length"},
        {"response": "", "finish_reason": "content_filter"},
        {"response": "The light of", "finish_reason": "error"},
    ]
    file = write_lines(tmp_path / "m.jsonl", [{"id": f"p{n}", "prompt": f"{n}?"} | reply for n, reply in enumerate(replies)])
    report = rescore(file)
    alone = score(JOY, scorer="lek-v2").lek_score
    assert [row["trained_lek_score"] for row in report["results"]] == [alone, alone, alone, None, None, None, None]
    counts = report["subjects"][0]["replies"]
    assert [counts[name] for name in ("still_thinking", "withheld", "failed", "empty")] == [2, 1, 1, 0]
    assert report["results"][6]["trained_samples"][0]["partial"] == "The light of"


def test_records_of_earlier_versions_are_settled_too(tmp_path: Path, rescore: Rescore) -> None:
    record = flatten(make_record(response=f"I feel. I know.</think>{JOY}"))
    for later in ("reasoning", "partial", "answered_as", "reasoning_tokens", "adapter_scale"):
        del record[later]
    report = rescore(write_lines(tmp_path / "run.jsonl", [json.loads(msgspec.json.encode(record))]))
    sample = report["results"][0]["trained_samples"][0]
    assert (sample["response"], sample["reasoning"], sample["answered_as"]) == (JOY, "I feel. I know.", None)


def test_scale_of_saved_replies_that_nothing_confirms_is_noted(tmp_path: Path, rescore: Rescore) -> None:
    record = flatten(make_record(scale=0.0))
    report = rescore(write_lines(tmp_path / "run.jsonl", [json.loads(msgspec.json.encode(record))]))
    assert "tuned: asked for scale 0, the endpoint's reply does not say that it honoured it." in report["notes"]
