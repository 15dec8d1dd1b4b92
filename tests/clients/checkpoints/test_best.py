"""Which checkpoint is the best, by scores made up here."""

from clients.checkpoints.best import explain_none, find_best
from tests.clients.checkpoints.runs import BASE, failure, result


def test_highest_mean_is_the_best() -> None:
    best = find_best([result(10, 5, 6, 7, 5, 6, 7), result(20, 9, 10, 11, 9, 10, 11), result(30, 7, 8, 9, 7, 8, 9)])
    assert best is not None
    assert (best.step, best.highest_step, best.place, best.digest) == (20, 20, "checkpoints/20", "sha256:20")
    assert best.is_significantly_better
    assert (
        best.words
        == "The best checkpoint is step 20: 10.00, +5.00 against the baseline (p = 0.0312, 95 % interval +5.00 to +5.00; over 6 probes)."
    )


def test_earliest_of_those_that_cannot_be_told_apart_is_the_best() -> None:
    steps = [
        result(10, 6, 6, 7, 6, 6, 7),
        result(20, 9, 10, 11, 9, 10, 11),
        result(30, 10, 9, 12, 9, 11, 10),
        result(40, 9, 10, 11, 9, 10, 11),
    ]
    best = find_best(steps)
    assert best is not None
    assert (best.step, best.highest_step) == (20, 30)
    assert "Step 30 has the highest mean, 10.17, but cannot be told from it: +0.17" in best.words


def test_of_equal_ones_the_earliest_is_the_best_also_on_one_probe() -> None:
    base = BASE
    best = find_best([result(10, 9, base=base), result(20, 12, base=base), result(30, 12, base=base)])
    assert best is not None
    assert best.step == 20
    assert best.words.endswith("which is not significant.")


def test_one_that_raises_more_hard_flags_is_none_however_high() -> None:
    best = find_best([result(10, 6, 6, 7, 6, 6, 7), result(20, 40, 40, 40, 40, 40, 40, flagged=20)])
    assert best is not None
    assert best.step == 10


def test_where_none_is_better_that_is_said_with_numbers() -> None:
    steps = [result(10, 3, 3, 3, 3, 3, 3), result(20, 4, 5, 6, 4, 5, 6), failure(30)]
    assert find_best(steps) is None
    assert explain_none(BASE, steps) == "No checkpoint is better than the baseline, which scores 5.00: the highest is step 20 with 5.00."


def test_where_all_that_are_better_are_broken_that_is_said() -> None:
    steps = [result(10, 9, 9, 9, 9, 9, 9, flagged=20)]
    assert find_best(steps) is None
    assert (
        "those that score above the baseline's 5.00 (the highest is step 10 with 9.00) raise hard flags significantly more often"
        in explain_none(BASE, steps)
    )


def test_where_none_was_judged_there_is_none() -> None:
    assert find_best([failure(10)]) is None
    assert explain_none(BASE, [failure(10)]) == "No checkpoint has a score: there is none to promote."
