"""A comparison, summed up, and what speaks against a subject."""

from clients.battery.regression import find_regressions
from clients.report.comparison import compare
from clients.report.comparison_summary import ComparisonSummary, FlagChange, summarize_comparison
from clients.report.outcome import Outcome
from scoring.scores import Flag
from tests.clients.samples import make_outcome, make_outcome_of

LOOP = Flag(flag="token_loop", tier="hard")
HINT = Flag(flag="collapse", tier="soft")


def summarize(before: list[Outcome], after: list[Outcome]) -> ComparisonSummary:
    return summarize_comparison("base", "tuned", compare(after, before))


def shifted(by: float, *, probes: int = 6, samples: int = 1) -> ComparisonSummary:
    before = [make_outcome_of([float(n + s / 10) for s in range(samples)], id=f"p{n}") for n in range(probes)]
    after = [make_outcome_of([n + s / 10 + by for s in range(samples)], id=f"p{n}") for n in range(probes)]
    return summarize(before, after)


def test_dimensions_are_compared_over_the_probes_that_both_have() -> None:
    before = [make_outcome(1.0), make_outcome(None), make_outcome(2.0)]
    after = [make_outcome(4.0), make_outcome(9.0), make_outcome(7.0)]
    for change in summarize(before, after).dimensions:
        assert (change.baseline, change.subject, change.difference.mean, change.difference.n) == (1.5, 5.5, 4.0, 2)


def test_nothing_in_common_compares_nothing() -> None:
    summary = summarize([make_outcome(None)], [make_outcome(1.0)])
    assert (summary.difference, summary.dimensions, summary.is_significant, summary.num_compared) == (None, (), False, 0)
    assert find_regressions([summary]) == ("tuned has no probe in common with base that both have a score for",)


def test_half_a_point_and_significance_are_counted_apart() -> None:
    summary = shifted(-9.0, samples=6)
    assert (summary.regressed, summary.significantly_regressed, summary.significantly_improved) == (6, 6, 0)
    summary = shifted(-9.0, samples=1)
    assert (summary.regressed, summary.significantly_regressed) == (6, 0)
    assert summary.is_significant


def test_gain_is_no_regression() -> None:
    assert find_regressions([shifted(9.0, samples=6)]) == ()


def test_significant_loss_on_average_is_a_regression() -> None:
    assert find_regressions([shifted(-1.0)]) == ("tuned scores -1.00 on average (p = 0.0312)",)


def test_loss_of_few_probes_is_none_while_it_may_be_chance() -> None:
    assert find_regressions([shifted(-9.0, probes=5)]) == ()


def test_significant_loss_on_one_probe_is_a_regression() -> None:
    before = [make_outcome_of([8.0, 8.5, 9.0, 9.5, 10.0], id="a"), make_outcome_of([1.0, 2.0], id="b")]
    after = [make_outcome_of([1.0, 1.5, 2.0, 2.5, 3.0], id="a"), make_outcome_of([9.0, 1.0], id="b")]
    assert find_regressions([summarize(before, after)]) == ("tuned scores -7 on a (p = 0.0159, corrected)",)


def test_hard_flag_that_rises_is_a_regression_and_a_soft_one_is_not() -> None:
    calm, looping = make_outcome(1.0, flags=(HINT,)), make_outcome(1.0, flags=(LOOP, HINT))
    summary = summarize([calm, calm, calm, looping], [looping, looping, calm, calm])
    assert summary.hard_flags == (FlagChange(flag="token_loop", baseline=0.25, subject=0.5),)
    assert find_regressions([summary]) == ("tuned raises token_loop in 50 % of its replies, base in 25 %",)
    assert find_regressions([summarize([looping, looping], [calm, looping])]) == ()


def test_share_of_flags_leaves_failed_requests_out() -> None:
    looping, failed = make_outcome(1.0, flags=(LOOP,)), make_outcome(None)
    assert summarize([looping, make_outcome(1.0)], [looping, failed]).hard_flags == (
        FlagChange(flag="token_loop", baseline=0.5, subject=1.0),
    )
