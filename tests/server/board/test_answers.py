"""The list of the last answers."""

import pytest

from server.board.answers import MAX_ANSWERS, RecentAnswers
from tests.server.board.noted import noted


def fill(num_answers: int) -> RecentAnswers:
    answers = RecentAnswers()
    for number in range(num_answers):
        answers.note(noted(id=str(number)))
    return answers


@pytest.mark.parametrize(
    ("num_noted", "num_seen", "expected"),
    [(0, 0, []), (3, 0, ["2", "1", "0"]), (3, 2, ["2"]), (3, 3, []), (3, 9, [])],
)
def test_only_what_has_not_been_seen_is_listed_newest_first(num_noted: int, num_seen: int, expected: list[str]) -> None:
    assert [answer.id for answer in fill(num_noted).after(num_seen)] == expected


def test_the_oldest_go_and_are_still_counted() -> None:
    answers = fill(MAX_ANSWERS + 5)
    listed = answers.after(0)
    assert (len(listed), answers.num_noted) == (MAX_ANSWERS, MAX_ANSWERS + 5)
    assert (listed[0].id, listed[-1].id) == (str(MAX_ANSWERS + 4), "5")
    assert len(answers.durations()) == len(answers.first_token_times()) == MAX_ANSWERS
