"""Where degeneration begins, by counts made up here."""

import msgspec
import pytest

from clients.checkpoints.onset import explain_blindness, find_onset, is_to_stop
from clients.checkpoints.step import StepResult
from tests.clients.checkpoints.runs import BASE, failure, measured, result

SCORES = (6, 6, 7, 6, 6, 7)


def flagged(*counts: int) -> list[StepResult]:
    """Make results at steps 10, 20 and so on, with so many of 30 replies flagged."""
    return [result(10 * place, *SCORES, flagged=count) for place, count in enumerate(counts, start=1)]


@pytest.mark.parametrize(
    ("counts", "begins", "is_confirmed"),
    [
        ((0, 0, 0), None, False),
        ((0, 9, 20), 20, True),
        ((9, 0, 0), None, False),  # it did not stay
        ((9, 0, 9), 30, False),
        ((0, 0, 9), 30, False),  # the last one, which nobody can confirm
        ((9, 9, 0), 10, True),
        ((4, 4, 4), None, False),  # 4 of 30 against none: p = 0.056
        ((5,), 10, False),
    ],
)
def test_degeneration_begins_where_flags_become_more_frequent_and_stay_so(
    counts: tuple[int, ...], begins: int | None, is_confirmed: bool
) -> None:
    onset = find_onset(BASE, flagged(*counts))
    assert (onset.step if onset else None) == begins
    assert (onset is not None and onset.is_confirmed) == is_confirmed


def test_base_with_as_many_flags_hides_none_and_excuses_none() -> None:
    base = measured("base", *SCORES, flagged=9)
    same, more = (result(10, *SCORES, flagged=count, base=base) for count in (10, 25))
    assert find_onset(base, [same]) is None
    onset = find_onset(base, [more])
    assert onset is not None
    assert "25 of 30 replies (83 %) have a hard flag (token_loop), of the baseline's 9 of 30 replies (30 %)" in onset.words


def test_checkpoint_that_was_not_judged_confirms_nothing_and_refutes_nothing() -> None:
    first, second = flagged(9, 9)
    onset = find_onset(BASE, [first, failure(15), second])
    assert onset is not None
    assert onset.is_confirmed
    assert "and it stays so at step 20: 9 of 30 replies (30 %)." in onset.words


@pytest.mark.parametrize(("counts", "stops"), [((0, 5), False), ((5, 5), True), ((0, 30), True), ((0, 0), False), ((5, 0), False)])
def test_training_is_stopped_where_it_is_confirmed_or_beyond_doubt(counts: tuple[int, ...], stops: bool) -> None:
    assert is_to_stop(find_onset(BASE, flagged(*counts))) == stops


@pytest.mark.parametrize(
    ("num_replies", "words"),
    [(2, "With 2 replies a checkpoint no number of hard flags could be told from chance"), (6, "fewer than 4"), (30, None)],
)
def test_what_could_not_be_seen_is_said(num_replies: int, words: str | None) -> None:
    base = measured("base", *SCORES, num_replies=num_replies)
    told = explain_blindness(base, [result(10, *SCORES, num_replies=num_replies, base=base)])
    assert (told is None) == (words is None)
    assert (words or "") in (told or "")


def test_nothing_judged_is_nothing_to_say() -> None:
    assert explain_blindness(BASE, [failure(10)]) is None
    assert find_onset(BASE, [msgspec.structs.replace(failure(10), has_more_hard_flags=True)]) is None
