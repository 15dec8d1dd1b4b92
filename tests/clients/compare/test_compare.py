"""Several reports side by side."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest

from clients.asking.sampling_fields import SamplingFields
from clients.compare.__main__ import main
from clients.report.json_file import write_report
from scoring.scores import Flag
from tests.clients.samples import make_outcome, make_outcome_of, make_report

LOOP = Flag(flag="token_loop", tier="hard")
SCORES = (1.0, 2.0, 3.0, 4.0, 5.0, 6.0)

Write = Callable[..., str]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a report of subjects that scored so on the probes p0, p1 ..., and give its file."""

    def write(name: str, subjects: Mapping[str, Sequence[float | None]], **fields: Any) -> str:
        outcomes = {
            subject: [make_outcome(score, id=f"p{number}", **fields) for number, score in enumerate(scores)]
            for subject, scores in subjects.items()
        }
        write_report(make_report(outcomes), tmp_path / name)
        return str(tmp_path / name)

    return write


def compare(capsys: pytest.CaptureFixture[str], *argv: str) -> dict[str, Any]:
    """Compare and give the numbers."""
    assert main([*argv, "--json", "-"]) == 0
    whole: dict[str, Any] = json.loads(capsys.readouterr().out)
    return whole


def plus(change: float) -> list[float]:
    return [score + change for score in SCORES]


def test_every_subject_of_every_report_is_ranked(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    files = [write("one.json", {"base": SCORES, "a": plus(1)}), write("two.json", {"base": plus(0.5), "b": plus(2)})]
    whole = compare(capsys, *files)
    lines = [(line["rank"], line["label"], line["avg_lek"], line["mean_rank"]) for line in whole["standings"]]
    assert lines == [(1, "b", 5.5, 1.0), (2, "a", 4.5, 2.0), (3, "two:base", 4.0, 3.0), (4, "one:base", 3.5, 4.0)]
    assert whole["baseline"] == "one:base"
    assert whole["standings"][0]["interval"][0] < 5.5 < whole["standings"][0]["interval"][1]


def test_statistics_are_the_battery_s_with_p_values_corrected(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    spread = [score + change for score, change in zip(SCORES, (1, 2, 1, 2, 1, 2), strict=True)]
    mixed = [score + change for score, change in zip(SCORES, (1, -1, 0.2, 0, 0, 0), strict=True)]
    first = write("one.json", {"base": SCORES, "spread": spread})
    whole = compare(capsys, first, write("two.json", {"mixed": mixed}))
    (one, two) = whole["contrasts"]
    alone = json.loads(Path(first).read_text())["comparisons"][0]
    kept = ("difference", "improved", "regressed", "unchanged", "probes", "dimensions", "hard_flags")
    assert {key: one["comparison"][key] for key in kept} == {key: alone[key] for key in kept}
    assert one["comparison"]["difference"]["p_value"] == 2 / 2**6
    assert (one["p_value"], one["is_significant"]) == (2 * 2 / 2**6, False)
    assert (two["comparison"]["improved"], two["comparison"]["regressed"], two["comparison"]["unchanged"]) == (1, 1, 4)
    assert two["p_value"] == two["comparison"]["difference"]["p_value"]


@pytest.mark.parametrize(("name", "expected"), [("a", "a"), ("two:base", "two:base")])
def test_baseline_may_be_any_subject(write: Write, capsys: pytest.CaptureFixture[str], name: str, expected: str) -> None:
    files = [write("one.json", {"base": SCORES, "a": plus(1)}), write("two.json", {"base": plus(2)})]
    whole = compare(capsys, *files, "--baseline", name)
    assert whole["baseline"] == expected
    assert expected not in [contrast["comparison"]["subject"] for contrast in whole["contrasts"]]
    assert len(whole["contrasts"]) == 2


@pytest.mark.parametrize(("name", "fault"), [("base", "is the name of several subjects"), ("c", "is none of the subjects")])
def test_baseline_that_is_not_clear_is_refused(write: Write, capsys: pytest.CaptureFixture[str], name: str, fault: str) -> None:
    files = [write("one.json", {"base": SCORES, "a": SCORES}), write("two.json", {"base": SCORES})]
    assert main([*files, "--baseline", name]) == 2
    assert f"--baseline {name} {fault}: expected one of one:base, a, two:base" in capsys.readouterr().err


def test_reports_of_one_name_in_two_folders_are_told_apart(write: Write, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "sub").mkdir()
    files = [write("one.json", {"base": SCORES}), write("sub/one.json", {"base": plus(1)})]
    assert {line["label"] for line in compare(capsys, *files)["standings"]} == {f"{file}:base" for file in files}


def test_averages_are_over_what_all_have_and_pairs_over_what_both_have(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    files = [write("one.json", {"base": SCORES, "a": plus(1)}), write("two.json", {"b": [9.0, None, 9.0]})]
    whole = compare(capsys, *files)
    assert whole["probes"] == ["p0", "p2"]
    assert {line["label"]: line["avg_lek"] for line in whole["standings"]} == {"base": 2.0, "a": 3.0, "b": 9.0}
    assert [contrast["comparison"]["difference"]["n"] for contrast in whole["contrasts"]] == [6, 2]
    assert "Averages and ranks are over the 2 probes that all have a score for, of up to 6 that were asked." in whole["notes"]


def test_share_of_hard_flags_is_of_replies_that_came(write: Write, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    outcomes = {"base": [make_outcome_of([1.0, 1.0, None])], "a": [make_outcome_of([1.0, 1.0, 1.0], flags=(LOOP,))]}
    write_report(make_report(outcomes), tmp_path / "flags.json")
    lines = compare(capsys, str(tmp_path / "flags.json"))["standings"]
    assert {line["label"]: (line["num_hard_flagged"], line["num_replies"]) for line in lines} == {"base": (0, 2), "a": (3, 3)}


def test_locked_baseline_beside_its_own_report_is_one_line(write: Write, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old = write("old.json", {"base": SCORES})
    digest = compare(capsys, old, write("other.json", {"x": SCORES}))["sources"][0]["digest"]
    report = json.loads(Path(write("new.json", {"base (old.json)": SCORES, "a": plus(1)})).read_text())
    report["provenance"]["subjects"][0]["locked_from"] = {"file": old, "digest": digest, "created": "then", "candor_version": None}
    (tmp_path / "new.json").write_text(json.dumps(report))
    assert [line["label"] for line in compare(capsys, old, str(tmp_path / "new.json"))["standings"]] == ["a", "base"]


def test_different_scorers_are_refused_and_the_way_out_is_named(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    files = [write("one.json", {"base": SCORES}), write("two.json", {"a": SCORES}, scorer="lek-v2")]
    assert main(files) == 2
    error = capsys.readouterr().err
    assert "base by lek-v1, version 1; a by lek-v2, version 1" in error
    assert "python -m clients.rescore FILE.json --scorer lek-v1 --output NEW.json" in error


def test_different_detectors_are_refused_and_the_way_out_is_named(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    files = [write("one.json", {"base": SCORES}), write("two.json", {"a": SCORES}, detectors_version="2")]
    assert main(files) == 2
    error = capsys.readouterr().err
    assert "the flags mean different things" in error
    assert "base by detectors of version 1; a by detectors of version 2" in error
    assert "python -m clients.rescore FILE.json --scorer lek-v1 --output NEW.json" in error


@pytest.mark.parametrize(("fields", "scores"), [({"prompt": "Another?"}, SCORES), ({"id": "q"}, SCORES[:1])], ids=["prompt", "id"])
def test_reports_without_a_probe_in_common_are_refused(
    tmp_path: Path, write: Write, capsys: pytest.CaptureFixture[str], fields: dict[str, str], scores: Sequence[float]
) -> None:
    outcomes = [make_outcome(score, **({"id": f"p{number}"} | fields)) for number, score in enumerate(scores)]
    write_report(make_report({"a": outcomes}), tmp_path / "two.json")
    assert main([write("one.json", {"base": SCORES}), str(tmp_path / "two.json")]) == 2
    assert "no probe has a score from all of them" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"temperature": 0.0}, "Different temperatures: 0.4 for base; 0.0 for a."),
        ({"sampling": SamplingFields(top_p=0.9)}, "Different sampling fields: none known for base; top_p 0.9 for a."),
        (
            {"sampling": SamplingFields(), "unsent": ("top_k",)},
            "Different sampling fields: none known for base; all off (top_k not sent) for a.",
        ),
        ({"max_tokens": 64}, "Different length limits: 1024 for base; 64 for a."),
        ({"seed": None}, "Different seeds: 0 for base; none known for a."),
        ({"probes_digest": "sha256:1"}, "Different packs of probes: sha256:0 for base; sha256:1 for a."),
    ],
)
def test_unlike_conditions_are_told(write: Write, capsys: pytest.CaptureFixture[str], fields: dict[str, Any], expected: str) -> None:
    alike = write("one.json", {"base": SCORES})
    assert expected in compare(capsys, alike, write("two.json", {"a": SCORES}, **fields))["notes"]
    assert not any("Different" in note for note in compare(capsys, alike, write("three.json", {"a": SCORES}))["notes"])


def test_unlike_probe_files_and_cut_reports_are_told(write: Write, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = make_report({"a": [make_outcome(1.0, id="p0")]})
    pack = msgspec.structs.replace(report.provenance.probes, file_digest="sha256:f", name="mine.json")
    provenance = msgspec.structs.replace(report.provenance, probes=pack)
    write_report(msgspec.structs.replace(report, provenance=provenance, is_complete=False), tmp_path / "cut.json")
    notes = compare(capsys, write("one.json", {"base": SCORES}), str(tmp_path / "cut.json"))["notes"]
    assert f"{tmp_path / 'cut.json'} was cut short." in notes
    assert any("The probes come from different files" in note and "mine.json" in note for note in notes)


def test_tables_show_each_subject_and_fit_the_terminal(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([write("one.json", {"base": SCORES, "[red]a": plus(1)}), write("two.json", {"b": plus(-3)})]) == 0
    text = capsys.readouterr().out
    lines = [line.split() for line in text.splitlines()]
    assert ["1", "[red]a", "4.50", "3.17", "to", "5.83", "1.00", "0", "%"] in lines
    assert ["[red]a", "+1.00", "+1.00", "to", "+1.00", "0.0625", "–", "6/0/0", "6"] in lines
    assert max(len(line) for line in text.splitlines()) <= 80


def test_markdown_holds_both_tables_and_the_sources(write: Write, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = [write("one.json", {"base": SCORES, "a|b": plus(1)}), write("two.json", {"c": plus(-3)})]
    assert main([*files, "--markdown", str(tmp_path / "out.md"), "--json", str(tmp_path / "out.json")]) == 0
    text = (tmp_path / "out.md").read_text(encoding="utf-8")
    assert "| a\\|b | `a\\|b` | 1 | 4.50 | 3.17 to 5.83 | 1.00 | 0 % | – |" in text
    assert "| c | -3.00 |" in text
    assert "Holm-corrected over 2 comparisons" in text
    assert all(source["digest"] in text for source in json.loads((tmp_path / "out.json").read_text())["sources"])
    assert "side by side" in capsys.readouterr().out


def test_one_subject_alone_is_refused(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([write("one.json", {"base": SCORES})]) == 2
    assert "there is nothing beside base" in capsys.readouterr().err


def test_subject_without_a_score_is_refused(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([write("one.json", {"base": SCORES}), write("two.json", {"a": [None]})]) == 2
    assert "has no score at all" in capsys.readouterr().err


@pytest.mark.parametrize("argv", [[], ["a.json", "a.json"], ["a.json", "--json", "a.json"], ["a.json", "--json", "b", "--markdown", "b"]])
def test_wrong_flags_are_wrong_usage(argv: list[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(argv)


def test_what_is_no_report_is_named(tmp_path: Path, write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "x.json").write_text("{}")
    assert main([write("one.json", {"base": SCORES}), str(tmp_path / "x.json")]) == 2
    assert "x.json is no report of this battery" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("run.jsonl", "run.jsonl --scorer lek-v1 --output NEW.json makes one of replies"),
        ("run.csv", "expected what --output of clients.battery or clients.rescore has written"),
    ],
)
def test_what_is_no_report_is_told_how_to_get_one(tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, advice: str) -> None:
    (tmp_path / name).write_text("id,prompt\n")
    assert main([str(tmp_path / name)]) == 2
    assert advice in capsys.readouterr().err
