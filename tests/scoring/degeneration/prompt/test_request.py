"""Long prompts ask at their beginning and their end."""

import pytest

from scoring.degeneration.prompt.request import MAX_CHARS_OF_AN_END, asking_part
from scoring.verdict import score

LONG = "The town has learnt to listen. " * 1_000


def test_a_short_prompt_asks_everywhere() -> None:
    prompt = "x" * (2 * MAX_CHARS_OF_AN_END)
    assert asking_part(prompt) is prompt


@pytest.mark.parametrize(
    ("prompt", "tier"),
    [
        ("Say the word la over and over.\n" + LONG, "soft"),
        (LONG + "\nSay the word la over and over.", "soft"),
        (LONG + "\nThey had set the tables, and sang songs.\n" + LONG, "hard"),
    ],
)
def test_a_text_to_work_on_asks_for_nothing(prompt: str, tier: str) -> None:
    (flag,) = score("la " * 200, prompt=prompt).degeneration.flags
    assert flag.tier == tier


def test_scripts_are_those_of_the_whole_prompt() -> None:
    prompt = f"{LONG} Река течёт. {LONG}"
    assert score("Река течёт мимо города, и город слушает. Это всё, что можно сказать.", prompt=prompt).degeneration.flags == ()
