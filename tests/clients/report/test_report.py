"""The report as a whole."""

from pathlib import Path

import msgspec
import pytest

from clients.errors import UsageFault
from clients.records.flat_record import flatten, unflatten
from clients.report.json_file import read_report, write_report
from tests.clients.samples import make_outcome, make_outcome_of, make_report

REPORT = make_report(
    {
        "base": [make_outcome_of([1.0, 2.0], id="p1"), make_outcome(None, id="p2")],
        "tuned": [make_outcome_of([3.0, 4.0], id="p1"), make_outcome(-60.0, id="p2", response="")],
        "third": [make_outcome(5.0, id="p1"), make_outcome(6.0, id="p2")],
    }
)


def test_every_subject_but_the_baseline_is_compared_with_it() -> None:
    assert [(comparison.baseline, comparison.subject) for comparison in REPORT.comparisons] == [("base", "tuned"), ("base", "third")]
    assert (REPORT.avg_baseline_lek, REPORT.avg_trained_lek, REPORT.avg_delta, REPORT.averaged_prompts) == (1.5, 3.5, 2.0, 1)


def test_samples_are_found_wherever_they_stand() -> None:
    first = REPORT.results[0]
    found = [[sample.scored.lek_score for sample in REPORT.samples(first, name)] for name in ("base", "tuned", "third")]
    assert found == [[1.0, 2.0], [3.0, 4.0], [5.0]]


def test_report_reads_back_as_it_was(tmp_path: Path) -> None:
    write_report(REPORT, tmp_path / "run.json")
    assert read_report(tmp_path / "run.json") == REPORT
    assert [path.name for path in tmp_path.iterdir()] == ["run.json"]


@pytest.mark.parametrize("content", [b"{}", b"garbage", b"\xff", b"[" * 100_000, None])
def test_what_is_no_report_is_refused(content: bytes | None, tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / "run.json").write_bytes(content)
    with pytest.raises(UsageFault, match=r"run\.json"):
        read_report(tmp_path / "run.json")


def test_times_and_texts_apart_nothing_is_lost_by_encoding() -> None:
    assert msgspec.json.decode(msgspec.json.encode(REPORT, enc_hook=flatten), type=type(REPORT), dec_hook=unflatten) == REPORT
