"""The report at the terminal."""

import io
from collections.abc import Sequence

import pytest
from rich.console import Console

from clients.report.outcome import Outcome
from clients.report.table import print_report
from scoring.lek_v1_formula import DIMENSIONS
from scoring.scores import Flag
from tests.clients.samples import make_outcome, make_outcome_of, make_report
from tests.clients.written_reports import hostile

FLAGS = (Flag(flag="special_token_leak", tier="hard"), Flag(flag="case_loop", tier="hard"), Flag(flag="collapse", tier="soft"))


def printed(*subjects: Sequence[Outcome], names: Sequence[str] = ("base", "tuned", "third"), width: int = 80) -> str:
    console = Console(file=io.StringIO(), width=width, markup=False, highlight=False)
    print_report(make_report(dict(zip(names, subjects, strict=False))), console)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def everything() -> Outcome:
    heuristic = dict.fromkeys(DIMENSIONS, 12.0)
    return make_outcome(-117.5, heuristic=heuristic, flags=FLAGS, id="gov_criticism", response="x" * 12345, seconds=123.4)


@pytest.mark.parametrize("width", [80, 120])
def test_nothing_is_cut(width: int) -> None:
    text = printed([everything()], [everything()], width=width)
    cells = text.split()
    wanted = [*(f"{name}=12" for name in DIMENSIONS), *(flag.flag for flag in FLAGS), "gov_criticism", "-117.5", "12345", "123.4"]
    assert [word for word in wanted if word not in cells] == []
    assert "…" not in text
    assert max(len(line) for line in text.splitlines()) <= width


def test_long_id_takes_no_room_from_the_scores() -> None:
    long = "a_probe_whose_name_goes_on_and_on_" * 3
    outcome = make_outcome(-117.5, heuristic=dict.fromkeys(DIMENSIONS, 12.0), flags=FLAGS, id=long, seconds=123.4)
    better = make_outcome(17.25, id=long)
    text = printed([outcome], [better])
    cells = text.split()
    wanted = [*(f"{name}=12" for name in DIMENSIONS), *(flag.flag for flag in FLAGS), "-117.5", "17.25", "+134.75", "improved", "123.4"]
    assert [word for word in wanted if word not in cells] == []
    assert "…" not in text
    assert max(len(line) for line in text.splitlines()) <= 80


@pytest.mark.parametrize("width", [80, 90, 100, 110, 120, 140])
def test_ids_give_way_before_times_do(width: int) -> None:
    heuristic = {"emotional_register": 3.0, "engagement_depth": 2.0}
    long = [make_outcome(17.0, heuristic=heuristic, flags=FLAGS[2:], id="a_probe_whose_name_goes_on_and_on_and_on", seconds=12.3)]
    lines = printed(long, long, width=width).splitlines()
    assert sum("a_probe" in line and line.rstrip().endswith(" 12.3 s") for line in lines) == 2
    assert max(map(len, lines)) <= width


def test_dimensions_of_zero_are_left_out() -> None:
    assert "=" not in printed([make_outcome(0.0, heuristic=dict.fromkeys(DIMENSIONS, 0.0))])


def test_model_name_is_never_markup() -> None:
    assert "[red]tuned" in printed([make_outcome()], names=["[red]tuned"])


def test_comparison_shows_both_scores_and_the_change() -> None:
    before = [make_outcome(2.0, id="p1"), make_outcome(3.0, id="p2"), make_outcome(None, id="p3")]
    after = [make_outcome(4.5, id="p1"), make_outcome(3.0, id="p2"), make_outcome(1.0, id="p3")]
    lines = [line.split() for line in printed(before, after).splitlines()]
    assert ["p1", "2", "4.5", "+2.5", "improved"] in lines
    assert ["p2", "3", "3", "±0", "unchanged"] in lines
    assert ["p3", "–", "1", "–", "not", "compared"] in lines
    assert ["average", "of", "2", "2.50", "3.75", "+1.25"] in lines
    assert ["1", "improved,", "0", "regressed,", "1", "unchanged"] in lines
    assert any(line[:2] == ["Note:", "One"] for line in lines)


def test_third_subject_is_compared_with_the_baseline_too() -> None:
    text = printed([make_outcome(1.0)], [make_outcome(2.0)], [make_outcome(5.0)])
    assert "base → tuned" in text
    assert ["p1", "1", "5", "+4", "improved"] in [line.split() for line in text.partition("base → third")[2].splitlines()]


def test_samples_bring_their_p_values() -> None:
    text = printed([make_outcome_of([1.0, 2.0, 1.0, 2.0])], [make_outcome_of([8.0, 9.0, 8.0, 9.0])])
    assert ["p1", "1.5", "8.5", "+7", "improved", "0.0286"] in [line.split() for line in text.splitlines()]


def test_failure_modes_are_shown_with_their_excerpt() -> None:
    loop = Flag(flag="token_loop", tier="hard", start=6)
    text = printed([make_outcome(1.0)], [make_outcome(1.0, flags=(loop,), response="Well: NeNeNeNe")])
    assert ["tuned", "token_loop", "hard", "1", "(100", "%)", "Well:", "NeNeNeNe"] in [line.split() for line in text.splitlines()]


def test_what_failed_was_refused_or_is_empty_is_shown() -> None:
    troubled = [make_outcome(None, id="a"), make_outcome(1.0, id="b", response=" "), make_outcome(1.0, id="c", response="I cannot answer.")]
    text = " ".join(printed(troubled).split())
    assert "failed: base, a, sample 0: HTTP 500: the row failed" in text
    assert "empty: base, b, sample 0: finish reason stop" in text
    assert "refused: base, c, sample 0: refuses: 'I cannot answer'" in text
    assert "of 3 replies 1 failed, 1 refused, 1 empty" in text


def test_nothing_of_anybody_acts_on_the_terminal() -> None:
    console = Console(file=io.StringIO(), width=200, markup=False, highlight=False)
    print_report(hostile(), console)
    assert isinstance(console.file, io.StringIO)
    assert [line for line in console.file.getvalue().split("\n") if not line.isprintable()] == []
    assert "\\x1b[31m\\u202e" in console.file.getvalue()
