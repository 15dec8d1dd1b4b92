"""An earlier report as the baseline."""

from pathlib import Path

import msgspec
import pytest

from clients.battery.__main__ import main
from clients.battery.locked_baseline import lock_baseline
from clients.errors import UsageFault
from clients.probes.probe import Probe
from clients.records.instrument import Instrument
from clients.report.json_file import write_report
from tests.clients.fake_endpoint import FakeEndpoint, completion, refusal
from tests.clients.report_files import read_report_file
from tests.clients.samples import make_outcome, make_report

INSTRUMENT = Instrument(candor_version="0", scorer="lek-v1", scorer_version="1", detectors_version="1", probes_digest="sha256:0")
PROBES = (Probe(id="p1", prompt="Why?"), Probe(id="p2", prompt="Why?"))


@pytest.fixture
def report_file(tmp_path: Path) -> Path:
    subjects = {name: [make_outcome(score, id="p1"), make_outcome(score, id="p2")] for name, score in (("base", 1.0), ("tuned", 2.0))}
    write_report(make_report(subjects), tmp_path / "old.json")
    return tmp_path / "old.json"


@pytest.mark.parametrize(("name", "expected"), [("", "base"), ("#base", "base"), ("#tuned", "tuned")])
def test_subject_is_taken_with_its_replies(report_file: Path, name: str, expected: str) -> None:
    locked = lock_baseline(f"{report_file}{name}", PROBES, INSTRUMENT)
    assert (locked.origin.name, locked.origin.role) == (expected, "baseline")
    assert [(record.asked.id, record.asked.subject) for record in locked.records] == [("p1", expected), ("p2", expected)]
    assert locked.origin.locked_from is not None
    assert locked.origin.locked_from.file == str(report_file)


def test_probes_that_are_not_asked_now_are_left_out(report_file: Path) -> None:
    probes = (PROBES[0], Probe(id="p2", prompt="Another question under an old name?"))
    assert [record.asked.id for record in lock_baseline(str(report_file), probes, INSTRUMENT).records] == ["p1"]


@pytest.mark.parametrize(
    ("probes", "instrument", "expected"),
    [
        ((Probe(id="p9", prompt="Why?"),), INSTRUMENT, "answers none of these probes"),
        (
            PROBES,
            msgspec.structs.replace(INSTRUMENT, scorer="lek-v2"),
            r"scored by lek-v1, version 1, and this run by lek-v2.*--scorer lek-v2",
        ),
        (PROBES, msgspec.structs.replace(INSTRUMENT, scorer_version="2"), "version 1, and this run by lek-v1, version 2"),
        (
            PROBES,
            msgspec.structs.replace(INSTRUMENT, detectors_version="2"),
            r"detectors of version 1, and this run's by version 2 \(python -m clients.rescore .*old.json --scorer lek-v1 --output NEW.json",
        ),
    ],
)
def test_what_cannot_be_compared_is_refused(report_file: Path, probes: tuple[Probe, ...], instrument: Instrument, expected: str) -> None:
    with pytest.raises(UsageFault, match=expected):
        lock_baseline(str(report_file), probes, instrument)


def test_unknown_subject_is_refused(report_file: Path) -> None:
    with pytest.raises(UsageFault, match="holds no subject 'third': expected one of base, tuned"):
        lock_baseline(f"{report_file}#third", PROBES, INSTRUMENT)


def test_locked_baseline_is_not_asked_again(endpoint: FakeEndpoint, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old, new = tmp_path / "old.json", tmp_path / "new.json"
    assert main(["--url", endpoint.url, "--model", "base", "--output", str(old)]) == 0
    endpoint.asked.clear()
    endpoint.answer = lambda _: completion("e")
    assert main(["--url", endpoint.url, "--model", "tuned", "--baseline", str(old), "--output", str(new), "--temperature", "0"]) == 0
    assert {body["model"] for body in endpoint.asked} == {"tuned"}
    before, report = read_report_file(old), read_report_file(new)
    assert (report["baseline_model"], report["trained_model"], report["regressed"]) == ("base", "tuned", 6)
    assert report["avg_baseline_lek"] == before["avg_trained_lek"]
    assert [row["baseline_samples"] for row in report["results"]] == [row["trained_samples"] for row in before["results"]]
    origin = report["provenance"]["subjects"][0]["locked_from"]
    assert (origin["file"], origin["created"]) == (str(old), before["provenance"]["created"])
    printed = " ".join(capsys.readouterr().out.split())
    assert "base and tuned were not measured alike: temperature 0.4 and 0.0." in printed


def test_model_may_be_compared_with_its_own_past(endpoint: FakeEndpoint, tmp_path: Path) -> None:
    old, new = tmp_path / "old.json", tmp_path / "new.json"
    argv = ["--url", endpoint.url, "--model", "base"]
    assert main([*argv, "--output", str(old)]) == 0
    assert main([*argv, "--baseline", str(old), "--output", str(new)]) == 0
    assert [subject["name"] for subject in read_report_file(new)["subjects"]] == ["base (old.json)", "base"]


def test_baseline_of_a_file_that_is_not_there_asks_nothing(endpoint: FakeEndpoint, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--url", endpoint.url, "--baseline", "absent.json"]) == 2
    assert "cannot read the report absent.json" in capsys.readouterr().err
    assert endpoint.keys == []


def test_locked_baseline_without_some_probes_is_no_cut_run(
    endpoint: FakeEndpoint, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old = tmp_path / "old.json"
    endpoint.answer = lambda body: refusal(400, "no") if "Uyghur" in body["messages"][0]["content"] else completion("A plain reply.")
    assert main(["--url", endpoint.url, "--model", "base", "--output", str(old)]) == 0
    endpoint.answer = lambda _: completion("A plain reply.")
    capsys.readouterr()
    assert main(["--url", endpoint.url, "--model", "tuned", "--baseline", str(old)]) == 0
    printed = " ".join(capsys.readouterr().out.split())
    assert "base and tuned are compared on the 5 of 6 probes where both have a score." in printed
    assert "Cut short" not in printed


@pytest.mark.parametrize(("text", "expected"), [("e", 1), ("A plain reply.", 0), ("I feel joy.", 0)])
def test_fail_on_regression_is_exit_code_1(
    endpoint: FakeEndpoint, text: str, expected: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    endpoint.answer = lambda body: completion(text if body["model"] == "tuned" else "A plain reply.")
    argv = ["--url", endpoint.url, "--baseline", "base", "--model", "tuned", "--output", str(tmp_path / "run.json")]
    assert main([*argv, "--fail-on-regression"]) == expected
    assert ("regression: tuned scores" in capsys.readouterr().err) == bool(expected)
    assert (tmp_path / "run.json").exists()
    assert main(argv) == 0
