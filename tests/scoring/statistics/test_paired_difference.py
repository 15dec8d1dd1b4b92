"""All that is said of paired differences, put together."""

from scoring.statistics.paired_difference import PairedDifference, paired_difference

SKEWED = [-15.0, -14, 0, 1, 2, -1, 0, 0.5, 3, -2, 1, 0, 2, -18, 1, 0.5, 0.5, -1, 0, 2]


def test_four_improved_of_six_give_the_p_value_of_the_larger_model() -> None:
    found = paired_difference([2.0, 5.0, 3.0, 4.0, 0.0, 0.0])
    assert found is not None
    assert (found.n, found.mean, found.p_value, found.is_exact) == (6, 14 / 6, 0.125, True)


def test_five_regressed_of_six_give_the_p_value_of_the_smaller_model() -> None:
    found = paired_difference([-8.0, -12.0, 0.0, -6.0, -9.0, -11.0])
    assert found is not None
    assert (found.p_value, found.is_exact) == (0.0625, True)


def test_a_seed_gives_the_same_numbers_and_another_one_others() -> None:
    assert paired_difference(SKEWED, seed=3) == paired_difference(SKEWED, seed=3)
    assert paired_difference(SKEWED, seed=3) != paired_difference(SKEWED, seed=4)


def test_more_differences_than_can_be_enumerated_are_drawn() -> None:
    found = paired_difference([*SKEWED, 1.0])
    assert found is not None
    assert not found.is_exact


def test_one_difference_has_neither_interval_nor_effect_size() -> None:
    expected = PairedDifference(n=1, mean=3.0, low=None, high=None, p_value=1.0, is_exact=True, cohens_d=None)
    assert paired_difference([3.0]) == expected


def test_no_difference_at_all_is_certain_and_insignificant() -> None:
    expected = PairedDifference(n=4, mean=0.0, low=0.0, high=0.0, p_value=1.0, is_exact=True, cohens_d=None)
    assert paired_difference([0.0] * 4) == expected


def test_nothing_compared_gives_nothing() -> None:
    assert paired_difference([]) is None
