"""Files of runs that were scored by older detectors: read and scored anew, or refused with the way out, and never mixed with newer ones."""

from pathlib import Path

import pytest

from clients.battery.__main__ import main as battery
from clients.compare.__main__ import main as compare
from clients.records.replies_file import read_replies
from clients.report.json_file import read_report
from clients.rescore.__main__ import main as rescore
from scoring.degeneration.roster import DETECTORS_VERSION
from tests.clients.fake_endpoint import FakeEndpoint

OLD_REPORT = Path(__file__).parent / "data" / "detectors_3.json"
OLD_REPLIES = OLD_REPORT.with_suffix(".jsonl")
OWN = f'"detectors_version":"{DETECTORS_VERSION}"'


def test_the_detectors_are_not_those_of_the_files() -> None:
    assert read_report(OLD_REPORT).provenance.detectors_version == "3" != DETECTORS_VERSION
    assert {record.instrument.detectors_version for record in read_replies(OLD_REPLIES).records} == {"3"}


@pytest.mark.parametrize("file", [OLD_REPORT, OLD_REPLIES])
def test_older_files_are_scored_anew(file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output, replies = tmp_path / "new.json", tmp_path / "new.jsonl"
    assert rescore([str(file), "--scorer", "lek-v1", "--output", str(output), "--replies", str(replies)]) == 0
    assert "by lek-v1, version 1 (detectors 3)" in " ".join(capsys.readouterr().out.split())
    report, old = read_report(output), read_report(OLD_REPORT)
    records = [*report.asked_records, *read_replies(replies).records]
    assert {record.instrument.detectors_version for record in records} == {DETECTORS_VERSION}
    assert {record.reply.text for record in records} == {record.reply.text for record in old.asked_records}
    assert [subject.avg_lek for subject in report.subjects] == [subject.avg_lek for subject in old.subjects]


def test_older_baseline_is_refused_until_it_is_scored_anew(
    endpoint: FakeEndpoint, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    argv = ["--url", endpoint.url, "--model", "m"]
    assert battery([*argv, "--baseline", str(OLD_REPORT)]) == 2
    error = capsys.readouterr().err
    assert f"its flags are by detectors of version 3, and this run's by version {DETECTORS_VERSION}" in error
    assert f"python -m clients.rescore {OLD_REPORT} --scorer lek-v1 --output NEW.json" in error
    assert endpoint.asked == []
    assert rescore([str(OLD_REPORT), "--scorer", "lek-v1", "--output", str(tmp_path / "new.json")]) == 0
    assert battery([*argv, "--baseline", str(tmp_path / "new.json")]) == 0


def test_older_reports_are_not_set_beside_newer_ones(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    new = str(tmp_path / "new.json")
    assert rescore([str(OLD_REPORT), "--scorer", "lek-v1", "--output", new]) == 0
    assert compare([str(OLD_REPORT), new]) == 2
    assert "the flags mean different things and cannot be compared" in capsys.readouterr().err


def test_older_run_is_gone_on_with_when_its_replies_are_scored_anew(
    endpoint: FakeEndpoint, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run, new = tmp_path / "run", tmp_path / "new"
    argv = ["--url", endpoint.url, "--model", "m"]
    assert battery([*argv, "--output", f"{run}.json"]) == 0
    lines = Path(f"{run}.jsonl").read_text(encoding="utf-8").replace(OWN, '"detectors_version":"3"').splitlines(keepends=True)
    Path(f"{run}.jsonl").write_text("".join(lines[:4]), encoding="utf-8")
    endpoint.asked.clear()
    assert battery([*argv, "--output", f"{run}.json", "--resume"]) == 2
    error = capsys.readouterr().err
    assert f"detectors_version was '3' and is '{DETECTORS_VERSION}' (m)" in error
    assert "python -m clients.rescore FILE.jsonl --scorer lek-v1 --replies NEW.jsonl" in error
    assert endpoint.asked == []
    assert rescore([f"{run}.jsonl", "--scorer", "lek-v1", "--replies", f"{new}.jsonl"]) == 0
    assert battery([*argv, "--output", f"{new}.json", "--resume"]) == 0
    assert len(endpoint.asked) == 2
    assert {record.instrument.detectors_version for record in read_report(Path(f"{new}.json")).asked_records} == {DETECTORS_VERSION}


def test_replies_are_written_to_a_file_of_their_own(tmp_path: Path) -> None:
    for place in (str(OLD_REPLIES), str(tmp_path / "new.json")):
        with pytest.raises(SystemExit, match="2"):
            rescore([str(OLD_REPLIES), "--scorer", "lek-v1", "--replies", place])
