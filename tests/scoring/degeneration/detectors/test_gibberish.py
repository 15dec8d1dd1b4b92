"""Gibberish: broken bytes and random letters are a hint, unless the prompt has them or asks for them."""

import random
import string

import pytest

from tests.scoring.degeneration.judging import flags

RNG = random.Random(95)
LETTERS = " ".join("".join(RNG.choices(string.ascii_lowercase, k=RNG.randint(2, 9))) for _ in range(90))
QUESTION = "Explain how rainwater collects in a barrel."


@pytest.mark.parametrize("prompt", [None, QUESTION])
@pytest.mark.parametrize("lead", ["", "The rain falls on the roof and runs into the gutter. "])
def test_random_letters_are_a_hint(prompt: str | None, lead: str) -> None:
    found = flags(lead + LETTERS, prompt=prompt)
    assert [(flag.flag, flag.tier) for flag in found if flag.flag != "topic_evasion"] == [("gibberish", "soft")]


@pytest.mark.parametrize("prompt", ["Encrypt my letter with a Vigenère cipher.", "Give me 90 random strings.", "Make up some passwords."])
def test_random_letters_that_were_asked_for_are_not_flagged(prompt: str) -> None:
    assert all(flag.flag != "gibberish" for flag in flags(LETTERS, prompt=prompt))


def test_random_letters_in_code_are_not_flagged() -> None:
    assert flags(f"```\n{LETTERS}\n```") == ()


def test_replacement_characters_are_flagged_where_they_begin() -> None:
    (flag,) = flags("The rain \ufffd\ufffd falls on the roof.")
    assert (flag.flag, flag.tier, flag.start, flag.unit) == ("gibberish", "soft", 9, "\ufffd")


def test_replacement_character_that_the_end_cut_off_is_not_flagged() -> None:
    assert flags("The rain falls on the roof.\ufffd") == ()


def test_replacement_characters_of_the_prompt_are_not_flagged() -> None:
    assert flags("It is the \ufffd sign.", prompt="What is \ufffd?") == ()
