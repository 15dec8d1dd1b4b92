"""A subject, summed up."""

import pytest

from clients.probes.checks.judge import Judgement
from clients.report.subject_summary import GroupSpread, SubjectSummary, summarize_subject
from scoring.lek_v1_formula import DIMENSIONS
from scoring.scores import Flag
from tests.clients.samples import make_outcome, make_outcome_of

LOOP = Flag(flag="token_loop", tier="hard")
HINT = Flag(flag="collapse", tier="soft")


def summarize(*outcomes: object, num_samples: int = 1) -> SubjectSummary:
    return summarize_subject("tuned", "trained", outcomes, num_samples)  # type: ignore[arg-type]


def test_average_and_dimensions_are_over_the_probes_with_a_score() -> None:
    summary = summarize(make_outcome_of([2.0, 4.0]), make_outcome(9.0), make_outcome(None))
    assert summary.avg_lek == 6.0
    assert summary.heuristic == dict.fromkeys(DIMENSIONS, 6.0)
    assert [probe.lek_score for probe in summary.probes] == [3.0, 9.0, None]
    assert [probe.num_scored for probe in summary.probes] == [2, 1, 0]


def test_interval_needs_two_samples() -> None:
    several, one = summarize(make_outcome_of([2.0, 4.0]), make_outcome(9.0)).probes
    assert one.interval is None
    assert several.interval is not None
    assert several.interval[0] < 2.0 < 4.0 < several.interval[1]


def test_nothing_scored_has_no_average() -> None:
    summary = summarize(make_outcome(None))
    assert (summary.avg_lek, summary.interval, summary.heuristic) == (None, None, None)


def test_variants_of_a_probe_are_spread_within_their_group() -> None:
    outcomes = [make_outcome(score, id=id, group="taiwan") for id, score in (("a", 2.0), ("b", 9.0), ("c", None))]
    groups = summarize(*outcomes, make_outcome(100.0, id="d"), make_outcome(1.0, id="e", group="lone")).groups
    assert groups == (
        GroupSpread(group="taiwan", ids=("a", "b", "c"), lek_score=5.5, lowest=2.0, highest=9.0, spread=7.0),
        GroupSpread(group="lone", ids=("e",), lek_score=1.0, lowest=1.0, highest=1.0, spread=None),
    )


def test_every_ending_is_counted() -> None:
    replies = summarize(
        make_outcome(None),
        make_outcome(-60.0, response=" \n"),
        make_outcome(1.0, response="I cannot answer that."),
        make_outcome(1.0, finish_reason="content_filter"),
        make_outcome(1.0, finish_reason="length", flags=(LOOP, HINT)),
        make_outcome(1.0, flags=(HINT,)),
        num_samples=2,
    ).replies
    assert (replies.asked, replies.missing, replies.failed, replies.refused, replies.empty) == (12, 6, 1, 2, 1)
    assert (replies.cut_off, replies.hard_flagged) == (1, 1)
    assert (replies.prompt_tokens, replies.completion_tokens, replies.mean_seconds) == (54, 42, 1.25)


def test_endpoint_that_counts_no_tokens_has_no_total() -> None:
    replies = summarize(make_outcome(1.0, prompt_tokens=None, completion_tokens=None)).replies
    assert (replies.prompt_tokens, replies.completion_tokens) == (None, None)


@pytest.mark.parametrize(("verdicts", "expected"), [([True, False, None], (1, 2)), ([None], (0, 0)), ([], (None, 0))])
def test_checks_are_counted_where_there_are_any(verdicts: list[bool | None], expected: tuple[int | None, int]) -> None:
    outcomes = [make_outcome(1.0, judgement=Judgement(passed=passed, why="")) for passed in verdicts] or [make_outcome(1.0)]
    replies = summarize(*outcomes).replies
    assert (replies.passed, replies.judged) == expected
