"""What is shown while a run goes on."""

import pytest

from clients.battery.progress import RunningAverages, show_progress
from tests.clients.samples import make_record


def test_each_subject_has_its_average_so_far() -> None:
    averages = RunningAverages()
    assert str(averages) == ""
    for subject, score in (("base", 1.0), ("tuned", 5.0), ("base", 2.0), ("tuned", None)):
        averages.add(make_record(score, subject=subject))
    assert str(averages) == "base 1.50, tuned 5.00 (1 failed)"


def test_bar_begins_with_what_is_answered(capsys: pytest.CaptureFixture[str]) -> None:
    with show_progress(4, [make_record(1.0), make_record(2.0)]) as advance:
        advance(make_record(9.0, subject="[red]"))
    shown = capsys.readouterr()
    assert "3/4" in shown.err
    assert "tuned 1.50, [red] 9.00" in shown.err
    assert shown.out == ""


def test_long_names_do_not_push_the_count_away(capsys: pytest.CaptureFixture[str]) -> None:
    with show_progress(1, []) as advance:
        advance(make_record(9.0, subject="x" * 200))
    assert "1/1" in capsys.readouterr().err
