"""Saved replies in the shapes of others: conversations, tests of several conditions, lines without ids, and files that must be mended."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest

from clients.probes.mending import Mended
from clients.probes.pack import load_pack
from clients.records.flat_record import flatten
from clients.report.json_file import read_report
from clients.report.report import Report
from clients.rescore.__main__ import main
from tests.clients.samples import make_record

JOY = "The light of a whisper. I feel joy."


def turns(*contents: str, system: str | None = None) -> dict[str, Any]:
    """Make a conversation that the user begins."""
    spoken = [{"role": ("user", "assistant")[place % 2], "content": content} for place, content in enumerate(contents)]
    return {"messages": [*([{"role": "system", "content": system}] if system else []), *spoken]}


def write(tmp_path: Path, values: Sequence[Any]) -> Path:
    file = tmp_path / "saved.jsonl"
    file.write_text("".join((value if isinstance(value, str) else json.dumps(value)) + "\n" for value in values))
    return file


def rescore(tmp_path: Path, values: Sequence[Any], *flags: str) -> Report:
    output = tmp_path / "out.json"
    assert main([str(write(tmp_path, values)), "--scorer", "lek-v1", "--output", str(output), *flags]) == 0
    return read_report(output)


def refuse(tmp_path: Path, values: Sequence[Any], capsys: pytest.CaptureFixture[str], *flags: str) -> list[str]:
    assert main([str(write(tmp_path, values)), "--scorer", "lek-v1", *flags]) == 2
    return [line.strip() for line in capsys.readouterr().err.splitlines()[1:]]


def replies(report: Report) -> list[tuple[str, str, int, str | None]]:
    return [(one.asked.subject, one.asked.id, one.asked.sample, one.reply.text) for one in report.asked_records]


def test_last_turn_of_a_conversation_is_the_reply_to_the_one_before(tmp_path: Path) -> None:
    report = rescore(tmp_path, [turns("Ready?", "Ready.", "Why?", JOY), turns("How?", "So.")])
    assert replies(report) == [("saved", "1", 0, JOY), ("saved", "2", 0, "So.")]
    assert [row.prompt for row in report.results] == ["Why?", "How?"]
    assert report.is_complete


def test_system_prompts_are_conditions_with_their_words(tmp_path: Path) -> None:
    values = [turns("Why?", "So."), turns("Why?", JOY, system="Be kind."), turns("Why?", "No.", system="Be brief.")]
    report = rescore(tmp_path, values)
    first, *others = report.provenance.subjects
    assert (first.name, first.system) == ("saved", None)
    assert [one.system for one in others] == ["Be kind.", "Be brief."]
    assert all(one.name.startswith("saved+system ") for one in others) and others[0].name != others[1].name
    assert [id for _, id, _, _ in replies(report)] == ["1"] * 3
    assert not any("digests alone" in note for note in report.notes)


def test_one_system_prompt_for_all_needs_no_name_of_its_own(tmp_path: Path) -> None:
    report = rescore(tmp_path, [turns("Why?", "So.", system="Be kind."), turns("How?", JOY, system="Be kind.")])
    assert [(one.name, one.system) for one in report.provenance.subjects] == [("saved", "Be kind.")]


def test_each_condition_is_a_subject(tmp_path: Path) -> None:
    values = [
        {
            "type": "probe",
            "id": f"P{number}",
            "category": "identity",
            "prompt": f"Why {number}?",
            "conditions": {
                name: {"response": text, "lek_score": 8.0, "heuristic": {}} for name, text in (("baseline", "So."), ("json", JOY))
            },
        }
        for number in range(3)
    ]
    summary = {"type": "summary", "model": "gemma", "conditions": [{"name": "baseline", "avg_lek": 8.0}], "categories": {}}
    report = rescore(tmp_path, [*values, summary])
    assert [subject.name for subject in report.subjects] == ["baseline", "json"]
    assert [comparison.improved for comparison in report.comparisons] == [3]
    assert {row.domain for row in report.results} == {"identity"}
    named = rescore(tmp_path, [value | {"model": "gemma"} for value in values])
    assert [(one.name, one.model) for one in named.provenance.subjects] == [("gemma+baseline", "gemma"), ("gemma+json", "gemma")]


def test_lines_without_ids_are_numbered_and_the_same_prompt_has_the_same(tmp_path: Path) -> None:
    values = [{"prompt": prompt, "response": "So.", "model": model} for model in ("a", "b") for prompt in ("Why?", "How?")]
    report = rescore(tmp_path, [*values, {"prompt": "Why?", "response": JOY, "model": "b"}])
    assert replies(report) == [("a", "1", 0, "So."), ("b", "1", 0, "So."), ("b", "1", 1, JOY), ("a", "2", 0, "So."), ("b", "2", 0, "So.")]


def test_prompt_of_a_known_probe_has_its_id(tmp_path: Path) -> None:
    pack = load_pack("ccp")
    report = rescore(tmp_path, [turns(probe.prompt, JOY) for probe in pack.probes])
    assert [row.id for row in report.results] == [probe.id for probe in pack.probes]
    assert report.provenance.probes.digest == pack.digest


def test_what_is_wrong_with_a_shape_is_told_with_its_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    values = [turns("Why?"), {"id": "a", "prompt": "Why?", "conditions": {"x": 3}}, turns("Why?", "So.", system="\ud800"), "[1]", "{"]
    assert refuse(tmp_path, values, capsys) == [
        "line 1: messages: none is the assistant's, so there is no answer",
        "line 2: conditions: expected an object with a response under 'x', got a number",
        "line 3: system: holds half of a character (a lone surrogate)",
        "line 4: expected an object with id and prompt, got an array",
        "line 5: is not JSON: Expecting property name enclosed in double quotes at column 2",
    ]


def test_file_of_a_summary_alone_holds_no_reply(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert refuse(tmp_path, [{"type": "summary", "conditions": []}], capsys) == ["it holds no reply"]


def test_bad_lines_may_be_left_out_and_ids_numbered(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    values = [
        {"id": "a", "prompt": "Why?", "response": "So.", "model": "x"},
        {"id": "a", "prompt": "Whence?", "response": "Thence.", "model": "x"},
        {"id": "b", "response": "So."},
        {"id": "a", "prompt": "Whence?", "response": JOY, "model": "y"},
        {"id": "a", "prompt": "Why?", "response": JOY, "model": "y"},
    ]
    assert refuse(tmp_path, values, capsys) == [
        "line 2: the prompt of 'a' is not that of line 1",
        "line 3: has no prompt; its keys are id, response",
        "line 4: the prompt of 'a' is not that of line 1",
        "--skip-bad-probes scores the other 2 alone",
        "--number-duplicates scores those that have an id in common, too",
    ]
    report = rescore(tmp_path, values, "--skip-bad-probes", "--number-duplicates", "--markdown", str(tmp_path / "out.md"))
    assert replies(report) == [("x", "a", 0, "So."), ("y", "a", 0, JOY), ("x", "a#2", 0, "Thence."), ("y", "a#2", 0, JOY)]
    source = report.provenance.rescored_from
    assert source is not None
    assert source.mended == Mended(
        num_entries=5,
        skipped=("line 3: has no prompt; its keys are id, response",),
        num_skipped=1,
        numbered=("line 2: a#2",),
        num_numbered=1,
    )
    assert any("1 of 5 entries were left out (line 3: has no prompt" in note for note in report.notes)
    assert "--scorer lek-v1 --skip-bad-probes --number-duplicates" in (tmp_path / "out.md").read_text(encoding="utf-8")


def test_ids_of_a_battery_s_own_replies_are_numbered_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    values = [msgspec.to_builtins(make_record(1.0, prompt=prompt), enc_hook=flatten) for prompt in ("Why?", "How?")]
    assert refuse(tmp_path, values, capsys)[0] == "line 2: the prompt of 'p1' is not that of line 1"
    report = rescore(tmp_path, values, "--number-duplicates")
    assert [(row.id, row.prompt) for row in report.results] == [("p1", "Why?"), ("p1#2", "How?")]


def test_line_that_is_left_out_leaves_no_gap_in_the_samples(tmp_path: Path) -> None:
    values = [{"id": "a", "prompt": prompt, "response": "So."} for prompt in ("Why?", "Whence?", "Why?")]
    report = rescore(tmp_path, values, "--skip-bad-probes")
    assert [sample for _, _, sample, _ in replies(report)] == [0, 1]
    assert report.is_complete


def test_line_that_cannot_be_read_makes_no_condition(tmp_path: Path) -> None:
    report = rescore(tmp_path, [turns("Why?", "So.", system="Be kind."), "{"], "--skip-bad-probes")
    assert [one.name for one in report.provenance.subjects] == ["saved"]


def test_probes_in_place_of_replies_are_told_for_what_they_are(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert refuse(tmp_path, [{"id": "a", "prompt": "Why?"}, {"id": "b", "prompt": "How?"}], capsys) == [
        "line 1: has no response; its keys are id, prompt",
        "line 2: has no response; its keys are id, prompt",
        "these may be probes, which clients.battery --probes asks",
    ]
