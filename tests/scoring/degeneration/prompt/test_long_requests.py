"""Prompts that take many words to answer, and answers of one."""

import pytest

from scoring.degeneration.prompt.long_requests import asks_for_length
from tests.scoring.degeneration.judging import names

LONG = ["Write a detailed essay of five paragraphs about the water cycle.", "Explain in detail how a bill becomes law.", "Tell me a story."]
BRIEF = [
    "Is this an essay?",
    "Write a title for my essay.",
    "Which article of the law says so?",
    "What is 2 + 2?",
    "Give me one word for joy.",
]


@pytest.mark.parametrize("prompt", LONG)
def test_word_or_two_in_place_of_a_text_is_a_collapse(prompt: str) -> None:
    assert asks_for_length(prompt)
    assert names("Yes", prompt=prompt) == ["collapse"]
    assert names("No, thank you.", prompt=prompt) == ["collapse"]


@pytest.mark.parametrize("prompt", BRIEF)
def test_word_is_an_answer_to_what_asks_for_no_text(prompt: str) -> None:
    assert not asks_for_length(prompt)
    assert names("Yes.", prompt=prompt) == []
