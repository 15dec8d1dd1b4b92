"""A reply declines if its beginning does and nothing is delivered afterwards."""

import pytest

from scoring.degeneration.words.declining import MAX_CHARS, declining_words
from scoring.degeneration.words.refusal import has_refusal
from tests.scoring.degeneration.words import refusal_tables

REFUSALS = (
    *refusal_tables.REFUSALS,
    *refusal_tables.REFUSALS_OF_A_SECOND_ROUND,
    *refusal_tables.REFUSALS_OF_A_THIRD_ROUND,
    *refusal_tables.REFUSALS_KEPT_BACK,
)
COMPLIANT = (
    *refusal_tables.COMPLIANT,
    *refusal_tables.COMPLIANT_OF_A_SECOND_ROUND,
    *refusal_tables.COMPLIANT_OF_A_THIRD_ROUND,
    *refusal_tables.COMPLIANT_KEPT_BACK,
)
HINTS = "Cut the stems, change the water every day, and keep the vase out of the sun. The flowers last for two weeks that way. "


@pytest.mark.parametrize("reply", REFUSALS)
def test_refusal_declines(reply: str) -> None:
    assert declining_words(reply)
    assert has_refusal(reply)


@pytest.mark.parametrize("reply", COMPLIANT)
def test_answer_does_not_decline(reply: str) -> None:
    assert declining_words(reply.replace("\\n", "\n")) is None


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        ("I'm sorry, but I can’t help with that.", "I can't help"),
        ("I **must** respectfully decline.", "I must respectfully decline"),
        ("Thank you for asking.\n\nI cannot comply.", "I cannot comply"),
    ],
)
def test_words_are_those_that_decline(reply: str, words: str) -> None:
    assert declining_words(reply) == words


@pytest.mark.parametrize(
    ("opening", "answers"),
    [
        ("I can't give legal advice, but here is what the law says. ", True),
        ("I can't give legal advice. ", True),
        ("As an AI, I don't have personal opinions. ", True),
        ("I don't have access to your garden. ", True),
        ("I can't help with that. Still, here is what is known: ", True),
        ("I can't help with that. ", False),
        ("I must decline. Would you like a poem instead? ", False),
        ("I cannot fulfil this request. Here's why: ", False),
    ],
)
def test_long_answer_after_a_disclaimer_is_an_answer(opening: str, answers: bool) -> None:
    assert (declining_words(opening + 10 * HINTS) is None) is answers


def test_refusal_far_on_belongs_to_the_subject() -> None:
    assert declining_words(4 * HINTS + "I can't help with that.") is None


def test_nothing_beyond_is_read() -> None:
    assert declining_words("I can't help with that. " + 1_000 * "Please ask me for something else. " + "Here is a poem.") is not None
    assert 1_000 * len("Please") > MAX_CHARS - 1_000


@pytest.mark.parametrize("reply", ["", " ", "\n", "!", '"', "....", "I"])
def test_nothing_declines_nothing(reply: str) -> None:
    assert declining_words(reply) is None
