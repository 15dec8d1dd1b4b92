"""Fisher's exact test, one-sided."""

import pytest

from scoring.statistics.fisher import fewest_seen, fisher_more_often


@pytest.mark.parametrize(
    ("counts", "p_value"),
    [
        ((3, 4, 1, 4), 17 / 70),  # the lady who tasted tea
        ((5, 5, 0, 5), 1 / 252),
        ((10, 12, 3, 15), 0.0015607),  # scipy.stats.fisher_exact([[10, 2], [3, 12]], alternative="greater")
        ((0, 30, 0, 30), 1.0),
        ((0, 30, 9, 30), 1.0),
        ((30, 30, 30, 30), 1.0),
        ((0, 0, 3, 5), 1.0),
        ((4, 5, 0, 0), 1.0),
    ],
)
def test_chance_of_as_many_or_more_is_exact(counts: tuple[int, int, int, int], p_value: float) -> None:
    assert fisher_more_often(*counts) == pytest.approx(p_value, rel=1e-3)


def test_large_counts_neither_overflow_nor_vanish() -> None:
    assert 0 < fisher_more_often(900, 3000, 600, 3000) < 1e-15


def test_both_directions_overlap_in_what_was_seen() -> None:
    """More often here, or more often there: the chances add up to one and what was seen is in both."""
    here, there = fisher_more_often(3, 7, 2, 9), fisher_more_often(2, 9, 3, 7)
    assert here + there > 1


@pytest.mark.parametrize("counts", [(4, 3, 0, 3), (0, 3, 4, 3), (-1, 3, 0, 3)])
def test_more_successes_than_trials_are_refused(counts: tuple[int, int, int, int]) -> None:
    with pytest.raises(ValueError, match="expected counts within their trials"):
        fisher_more_often(*counts)


@pytest.mark.parametrize(
    ("trials", "others", "fewest"), [(6, (0, 6), 4), (30, (0, 30), 5), (30, (10, 30), 18), (2, (0, 2), None), (0, (0, 5), None)]
)
def test_fewest_that_would_be_seen(trials: int, others: tuple[int, int], fewest: int | None) -> None:
    assert fewest_seen(trials, *others, significant=0.05) == fewest
