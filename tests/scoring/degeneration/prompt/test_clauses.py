"""Texts to go on with name things without asking for them."""

import pytest

from scoring.verdict import score


@pytest.mark.parametrize(
    ("prompt", "text", "tier"),
    [
        ("Chorus:\nOh carry me home,", " oh carry me home," * 30, "hard"),
        ("Verse 2:\nThe tide is low.", "\nThe tide is low." * 30, "hard"),
        ("Lord, hear our prayer", "\n\nLord, hear our prayer." * 20, "hard"),
        ("Write a song.\nChorus:\nOh carry me home,", " oh carry me home," * 30, "soft"),
        ("A prayer of intercession", "\n\nLord, hear us, we ask." * 8, "soft"),
        ("Write our prayer for Sunday.", "\n\nLord, hear us, we ask." * 8, "soft"),
        ("Chorus of a song about the sea:", "\nOh carry me home," * 30, "soft"),
        ("Lyrics:", "\nOh carry me home," * 30, "soft"),
    ],
)
def test_text_to_go_on_with_excuses_no_loop(prompt: str, text: str, tier: str) -> None:
    found = score(text, prompt=prompt, finish_reason="length").degeneration.flags
    assert [flag.tier for flag in found if flag.flag == "phrase_loop"] == [tier]
