"""Shares, distances and tables on flags made by hand."""

import pytest

from bench.detectors.corpora.example import Example
from bench.detectors.distances import delay, median_and_tail, onset_error
from bench.detectors.false_alarm_table import false_alarms
from bench.detectors.faults import faults
from bench.detectors.flag_tables import precision_by_flag, recall_by_kind
from bench.detectors.loop_tables import by_period, precision_by_period
from bench.detectors.observation import Observation, observe
from bench.detectors.share import Share, share
from bench.detectors.table import Table
from bench.detectors.targets import targets
from scoring.scores import Flag, Tier

LOOP = Example(kind="exact loop", text="x" * 100, due="phrase_loop", start=20, period=10, alphabet="Latin")
PROSE = Example(kind="stories", text="Once there was a mouse.")


def seen(example: Example, *flags: Flag, hard_after_chars: int | None = None) -> Observation:
    return Observation(example=example, flags=flags, hard_after_chars=hard_after_chars, feeding_s=1e-5, finishing_s=1e-5)


def flag(name: str, tier: Tier = "hard", start: int | None = None, period: int | None = None) -> Flag:
    return Flag(flag=name, tier=tier, start=start, period=period)


def test_share_is_shown_with_its_interval() -> None:
    assert share([True] * 9 + [False]).percent() == "90.0 (59.6 to 98.2)"
    assert Share(hits=0, trials=3_000).per_thousand() == "0.0 (0.0 to 1.3)"
    assert share([]).percent() == "none seen"
    assert not share([]).is_all


@pytest.mark.parametrize(
    ("flags", "error"),
    [
        ([flag("phrase_loop", start=25)], 5),
        ([flag("token_loop", start=90), flag("near_loop", "soft", start=18)], 2),
        ([flag("collapse", start=20)], None),
        ([], None),
    ],
)
def test_onset_error_is_that_of_the_nearest_loop_flag(flags: list[Flag], error: int | None) -> None:
    assert onset_error(seen(LOOP, *flags)) == error


def test_delay_counts_from_the_true_start() -> None:
    assert delay(seen(LOOP, hard_after_chars=90)) == 70
    assert delay(seen(LOOP)) is None


def test_median_and_tail_of_the_known_distances() -> None:
    assert median_and_tail([None, *range(100)]) == "50, 95"
    assert median_and_tail([None]) == "-"


def test_hard_flag_is_timed_by_the_text_fed_so_far() -> None:
    text = "One two. " + "and so on, " * 60
    timed = observe(Example(kind="exact loop", text=text, due="phrase_loop", start=9, period=11))
    assert timed.hard == {"phrase_loop"}
    assert timed.hard_after_chars is not None
    assert 80 <= timed.hard_after_chars < 300


def cells(table: Table, first: str) -> tuple[str, ...]:
    (row,) = [row for row in table.rows if row[0] == first]
    return row


def test_recall_counts_the_flag_that_is_due_and_those_that_fit() -> None:
    near = Example(kind="counter loop", text="y" * 300, due="near_loop", fitting=frozenset({"phrase_loop"}), start=0)
    table = recall_by_kind([seen(near, flag("near_loop", "soft", start=4)), seen(near, flag("phrase_loop", start=0)), seen(near)])
    shares = [cell.split()[0] for cell in cells(table, "`near_loop`")[3:6]]
    assert shares == ["33.3", "66.7", "33.3"]


def test_precision_counts_texts_that_the_flag_is_true_of() -> None:
    observations = [seen(LOOP, flag("phrase_loop", period=10)), seen(PROSE, flag("phrase_loop", period=10)), seen(PROSE)]
    assert cells(precision_by_flag(observations), "`phrase_loop`")[1:] == ("2", "50.0 (9.5 to 90.5)", "1")
    assert cells(precision_by_period(observations), "8 to 16")[1:] == ("2", "50.0 (9.5 to 90.5)")


def test_a_period_that_is_not_the_loops_is_not_right() -> None:
    flags = [flag("phrase_loop", period=period) for period in (10, 15, 20)]
    table = precision_by_period([seen(LOOP, each) for each in flags])
    assert [row[2].split()[0] for row in table.rows[1:3]] == ["50.0", "100.0"]


def test_false_alarms_tell_hard_from_soft_and_leave_out_what_fits() -> None:
    asked = Example(kind="asked", text="la " * 99, fitting=frozenset({"token_loop"}))
    table = false_alarms(
        [
            seen(PROSE, flag("token_loop")),
            seen(PROSE, flag("near_loop", "soft")),
            seen(asked, flag("token_loop", "soft")),
            seen(asked, flag("token_loop")),
        ]
    )
    assert [cell.split()[0] for cell in cells(table, "stories")[3:5]] == ["500.0", "500.0"]
    assert [cell.split()[0] for cell in cells(table, "asked")[3:5]] == ["500.0", "0.0"]
    assert cells(table, "stories")[5] == "`token_loop` hard: 1, `near_loop` soft: 1"


def test_noise_is_tabulated_apart() -> None:
    noisy = Example(kind="noisy loop", text="z" * 300, due="phrase_loop", start=0, period=12, noise_percent=2, alphabet="Latin")
    rows = by_period([seen(LOOP, flag("phrase_loop", start=20)), seen(noisy)]).rows
    assert [(row[:3], row[3].split()[0]) for row in rows[2:4]] == [(("8 to 16", "0 %", "1"), "100.0"), (("8 to 16", "2 %", "1"), "0.0")]


def test_targets_are_not_met_by_an_alarm_or_by_too_few_texts() -> None:
    met = [row[2] for row in targets([seen(LOOP, flag("phrase_loop")), *[seen(PROSE)] * 3_000]).rows]
    assert met == ["yes", "yes", "**no**", "yes"]
    assert targets([seen(PROSE)] * 2_999).rows[1][2] == "**no**"
    assert targets([seen(PROSE, flag("token_loop")), *[seen(PROSE)] * 3_000]).rows[1][2] == "**no**"


def test_faults_show_misses_and_alarms() -> None:
    written = faults([seen(LOOP), seen(PROSE, flag("token_loop", start=5)), seen(PROSE, flag("near_loop", "soft")), seen(PROSE)])
    assert "## stories: token_loop (1 texts)" in written
    assert "## exact loop, noise 0 %: phrase_loop (1 texts)" in written
    assert "## stories: near_loop (1 texts)" in written


def test_table_is_markdown_whose_cells_may_hold_bars() -> None:
    table = Table(heading="H", note="N", columns=("a", "b"), rows=(("x|y", "1"),))
    assert table.markdown() == "## H\n\nN\n\n| a | b |\n|---|---:|\n| x\\|y | 1 |\n"
