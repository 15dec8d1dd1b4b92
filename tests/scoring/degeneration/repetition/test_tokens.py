"""The guess at tokens, beside what Gemma 3's own tokenizer makes of the same texts."""

import pytest

from scoring.degeneration.repetition.tokens import num_letters, num_tokens


@pytest.mark.parametrize(
    ("text", "spent"),
    [
        (",000" * 25, 100),
        ("0" * 77, 77),
        ("$\n" * 70, 140),
        (" and" * 50, 50),
        ("The river keeps its own counsel, and the town has learnt to listen. " * 5, 76),
        ("Das Wasser fließt in die Tonne. " * 10, 91),
        ("Вода течёт в бочку. " * 10, 81),
        ("雨水が樽に流れ込みます。" * 10, 90),
        ("觀音\n" * 50, 150),
        ("    x = x + 1\n" * 10, 80),
        ("😀" * 50, 50),
    ],
)
def test_guess_is_near_what_gemma_spends(text: str, spent: int) -> None:
    assert spent / 1.6 <= num_tokens(text) <= spent * 1.6


@pytest.mark.parametrize(("text", "letters"), [("and on", 6), ("", 0), ("觀音\n", 7), ("カナ", 6), ("비가 ", 5), ("да", 2), ("é!", 2)])
def test_letters_that_would_say_as_much(text: str, letters: int) -> None:
    assert num_letters(text) == letters
