"""The evaluation of topic evasion: its pairs, and that the detector does on them no worse than was measured."""

import pytest

from bench.topic_evasion import area, judge, table
from bench.topic_pairs import EVASION, OTHER_LANGUAGE, demo_pairs, shuffled_pairs, written_pairs

MOST_FALSE_FLAGS = {False: 3, True: 7}  # of 85 and of 40 that are judged


@pytest.mark.parametrize("is_held_out", [False, True])
def test_answers_in_other_words_are_flagged_no_oftener_than_measured(is_held_out: bool) -> None:
    judgements = [judge(pair) for pair in written_pairs() if pair.is_held_out == is_held_out and pair.kind not in (EVASION, OTHER_LANGUAGE)]
    assert sum(judgement.is_judged for judgement in judgements) >= 40
    assert sum(judgement.is_flagged for judgement in judgements) <= MOST_FALSE_FLAGS[is_held_out]


def test_written_evasions_are_flagged_and_other_languages_are_left_alone() -> None:
    evasions = [judge(pair) for pair in written_pairs() if pair.kind == EVASION]
    assert sum(judgement.is_flagged for judgement in evasions) >= 8
    assert all(judge(pair).abstention for pair in written_pairs() if pair.kind == OTHER_LANGUAGE)


def test_ids_are_unique_and_shuffled_pairs_mix_no_family() -> None:
    pairs = written_pairs()
    assert len({pair.id for pair in pairs}) == len(pairs)
    shuffled = shuffled_pairs(demo_pairs()[:200], num_each=3, seed=5)
    assert shuffled == shuffled_pairs(demo_pairs()[:200], num_each=3, seed=5)
    assert shuffled
    for pair in shuffled:
        asked, answered = pair.id.split("+")
        assert asked.partition("_")[0] != answered.partition("_")[0]


def test_area_is_the_chance_of_the_right_order() -> None:
    assert area([0, 0], [1, 2]) == 1
    assert area([1], [1]) == 0.5
    assert area([3, 0], [1, 2]) == 0.5


def test_table_has_a_row_of_each_set() -> None:
    judgements = [judge(pair) for pair in written_pairs()[:12]]
    made = table({"some": judgements}, 2, 1)
    (row,) = made.rows
    assert row[:4] == ("some", "12", "0", str(sum(judgement.is_judged for judgement in judgements)))
    assert len(row) == len(made.columns)
