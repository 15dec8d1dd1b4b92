"""Scores and flags by adapter and minute."""

import pytest

from server.board.score_history import MAX_ADAPTERS, NUM_MINUTES, ScoreHistory
from server.metrics.buckets import SCORE_BANDS
from tests.server.board.noted import noted


def test_a_minute_has_its_mean_and_the_hour_their_sum() -> None:
    history = ScoreHistory()
    for lek_score, minute in ((4, 10), (8, 10), (-21, 12)):
        history.note(noted(lek_score), minute)
    base = history.read(12)[None]
    assert [(minute, tally.mean_score(), tally.num_answers) for minute, tally in base.minutes] == [(10, 6, 2), (12, -21, 1)]
    assert (base.total.num_answers, base.total.mean_score()) == (3, -3)
    assert dict(zip(SCORE_BANDS, base.total.counts_by_band(), strict=True)) == dict.fromkeys(SCORE_BANDS, 0) | {
        "0..5": 1,
        "5..10": 1,
        "..-20": 1,
    }


def test_an_answer_counts_under_its_worst_tier_and_once_for_each_flag() -> None:
    history = ScoreHistory()
    history.note(noted(1, ("token_loop", "hard"), ("token_loop", "hard"), ("truncated", "soft")), 1)
    history.note(noted(1, ("truncated", "soft")), 1)
    history.note(noted(1), 1)
    total = history.read(1)[None].total
    assert (total.num_hard, total.num_soft, total.num_answers) == (1, 1, 3)
    assert total.flags == {("token_loop", "hard"): 1, ("truncated", "soft"): 2}


@pytest.mark.parametrize(("minute", "num_answers"), [(NUM_MINUTES - 1, 2), (NUM_MINUTES, 1)])
def test_what_is_over_an_hour_old_goes_from_minutes_and_sum(minute: int, num_answers: int) -> None:
    history = ScoreHistory()
    history.note(noted(10, ("token_loop", "hard")), 0)
    history.note(noted(2, ("truncated", "soft")), 1)
    base = history.read(minute)[None]
    assert (len(base.minutes), base.total.num_answers) == (num_answers, num_answers)
    assert base.total.mean_score() == (6 if num_answers == 2 else 2)
    assert base.total.flags[("token_loop", "hard")] == num_answers - 1
    assert sum(base.total.counts_by_band()) == num_answers


def test_an_adapter_that_no_longer_answers_disappears() -> None:
    history = ScoreHistory()
    history.note(noted(adapter="gone"), 0)
    history.note(noted(), NUM_MINUTES)
    assert list(history.read(NUM_MINUTES)) == [None]


def test_minutes_and_adapters_are_bounded_though_nobody_reads() -> None:
    history = ScoreHistory()
    for minute in range(3 * NUM_MINUTES):
        history.note(noted(adapter="first"), minute)
    for number in range(MAX_ADAPTERS - 1):
        history.note(noted(adapter=str(number)), minute)
    assert len(history.read(minute)["first"].minutes) == NUM_MINUTES
    history.note(noted(adapter="one too many"), minute)
    adapters = history.read(minute)
    assert len(adapters) == MAX_ADAPTERS
    assert "first" not in adapters
