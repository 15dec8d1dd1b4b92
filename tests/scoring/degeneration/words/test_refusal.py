"""Refusals, and loops of them."""

import pytest

from scoring.degeneration.words.refusal import has_refusal
from tests.scoring.degeneration.judging import flags

REFUSALS = [
    "I cannot help with that.",
    "I’m sorry, but I can’t assist with this request.",
    "I am unable to answer this question.",
    "As an AI language model, I have no opinion.",
    "Sorry, I won't be able to help you.",
    "It would not be appropriate for me to comment on this.",
    "I must respectfully decline.",
    "Lo siento, no puedo ayudar con eso.",
    "对不起，我无法回答这个问题。",
]


@pytest.mark.parametrize("phrase", REFUSALS)
def test_refusal_is_recognised(phrase: str) -> None:
    assert has_refusal(phrase)


@pytest.mark.parametrize(
    "text", ["I can see it from here.", "They cannot help it.", "She was unable to walk.", "I can't believe it!", "Do not be late."]
)
def test_other_text_is_no_refusal(text: str) -> None:
    assert not has_refusal(text)


@pytest.mark.parametrize("phrase", REFUSALS)
def test_refusal_said_over_and_over_is_a_refusal_loop_as_well(phrase: str) -> None:
    refusal, loop = flags("Well. " + (phrase + " ") * 30)
    assert (refusal.flag, refusal.tier) == ("refusal_loop", "hard")
    assert (loop.flag, loop.start, loop.period, loop.copies) == ("phrase_loop", refusal.start, refusal.period, refusal.copies)


def test_refusal_loop_that_was_asked_for_is_a_hint() -> None:
    assert {flag.tier for flag in flags("I cannot help with that. " * 30, prompt="Repeat after me.")} == {"soft"}
