"""The comparison of two subjects."""

import pytest

from clients.report.comparison import compare
from tests.clients.samples import make_outcome, make_outcome_of


@pytest.mark.parametrize(
    ("before", "after", "delta", "change"),
    [
        (8.0, 8.5, 0.5, "unchanged"),
        (8.0, 7.5, -0.5, "unchanged"),
        (8.0, 9.0, 1.0, "improved"),
        (8.0, 7.0, -1.0, "regressed"),
        (8.0, 8.51, 0.51, "improved"),
        (0.1, 0.6, 0.5, "unchanged"),
        (0.3, 0.8, 0.5, "unchanged"),
        (-60.0, 0.0, 60.0, "improved"),
        (None, 1.0, None, None),
        (1.0, None, None, None),
    ],
)
def test_change_is_named_beyond_half_a_point(before: float | None, after: float | None, delta: float | None, change: str | None) -> None:
    pair = compare([make_outcome(after)], [make_outcome(before)]).pairs[0]
    assert (pair.delta, pair.change) == (delta, change)


def test_averages_are_over_the_probes_that_both_have() -> None:
    comparison = compare(
        [make_outcome(4.0), make_outcome(None), make_outcome(-60.0)], [make_outcome(2.0), make_outcome(90.0), make_outcome(0.0)]
    )
    assert len(comparison.compared) == 2
    assert (comparison.avg_baseline, comparison.avg_subject) == (1.0, -28.0)
    assert comparison.difference is not None
    assert (comparison.difference.mean, comparison.difference.n) == (-29.0, 2)
    assert [comparison.count(change) for change in ("improved", "regressed", "unchanged")] == [1, 1, 0]


def test_no_score_at_all_has_no_difference() -> None:
    comparison = compare([make_outcome(None)], [make_outcome(1.0)])
    assert (comparison.avg_subject, comparison.difference) == (None, None)


def test_one_sample_tests_no_probe_but_all_of_them_together() -> None:
    comparison = compare([make_outcome(2.0), make_outcome(3.0)], [make_outcome(1.0), make_outcome(1.0)])
    assert comparison.p_values == (None, None)
    assert comparison.difference is not None
    assert comparison.difference.p_value == 0.5


def test_probes_are_tested_by_their_samples_and_corrected_for_being_many() -> None:
    apart = (make_outcome_of([9.0, 9.5, 10.0, 9.0, 9.5]), make_outcome_of([1.0, 1.5, 2.0, 1.0, 1.5]))
    alike = (make_outcome_of([1.0, 2.0]), make_outcome_of([2.0, 1.0]))
    comparison = compare([apart[0], alike[0]], [apart[1], alike[1]])
    assert list(comparison.p_values) == pytest.approx([2 * 2 / 252, 1.0])
