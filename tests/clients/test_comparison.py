"""The comparison of two subjects."""

import pytest

from clients.battery.comparison import compare
from tests.clients.samples import make_outcome


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
    assert len(comparison.averaged) == 2
    assert (comparison.avg_baseline, comparison.avg_trained, comparison.avg_delta) == (1.0, -28.0, -29.0)
    assert [comparison.count(change) for change in ("improved", "regressed", "unchanged")] == [1, 1, 0]


def test_one_subject_has_an_average_and_nothing_to_compare() -> None:
    comparison = compare([make_outcome(4.0), make_outcome(None), make_outcome(0.0)], None)
    assert (comparison.avg_trained, comparison.avg_baseline, comparison.avg_delta) == (2.0, None, None)
    assert comparison.count("improved") is None


def test_no_score_at_all_has_no_average() -> None:
    assert compare([make_outcome(None)], None).avg_trained is None
