"""Answers that the limit cut off while they said the same things over and over."""

import random

import pytest

from scoring.degeneration.repetition.worn_end import END_CHARS, MAX_CHARS, find_worn_end
from tests.scoring.degeneration.judging import flags

PROSE = (
    "The harbour lay still in the early light, and three boats were tied to the wall. An old man mended a net and hummed to himself."
    " Gulls walked about the stones as if they owned them. Someone had left a bicycle against the chapel door, its basket full of onions."
    " By noon the wind would rise, the women said, and the ferry might not come before evening. Nobody seemed to mind. A dog slept."
    " When the bell rang, a window opened and a boy leaned out to see who had died, or married, or come home from the city at last."
)


def _animals(count: int) -> str:
    names = random.Random(5).sample(["rabbit", "crocodile", "frog", "bird", "monkey", "horse", "otter", "goose", "camel", "lynx"], 10)
    return "".join(f"A: I'm a programmer.\nTell me a joke about a programmer and a {names[i % 10]}.\n" for i in range(count))


def _plans(count: int) -> str:
    things = ["boat", "light", "air", "ship", "water", "view"]
    return "".join(f"\nThe plan is to save the {things[i % 6]} of the plan for the pupils." for i in range(count))


@pytest.mark.parametrize(
    "text",
    [
        _animals(9),
        "".join(f"| Anne | {age} | Oslo |\n" for age in range(30, 50)),
        "".join(f'    else if (n >= {i})\n    {{\n        printf("A positive integer.");\n    }}\n' for i in range(5, 14)),
        PROSE + _plans(12),
    ],
)
def test_answer_that_goes_round_to_the_limit_is_a_near_loop(text: str) -> None:
    assert [flag.flag for flag in flags(text, prompt="Tell me about it.", finish_reason="length") if "loop" in flag.flag]


@pytest.mark.parametrize("length", [200, 400, len(PROSE)])
def test_prose_that_the_limit_cuts_off_is_none(length: int) -> None:
    assert find_worn_end(PROSE[:length], is_code=False) is None


def test_rows_of_a_table_are_worn_only_where_they_say_nothing_new() -> None:
    words = random.Random(3)
    rows = "".join(f"| {''.join(words.choices('abcdefghij', k=9))} | 2024 | paid |\n" for _ in range(40))
    assert find_worn_end(rows, is_code=False) is None


def test_stretch_begins_where_the_worn_part_of_the_end_does() -> None:
    text = PROSE * 5 + "I said so before. " * 60
    found = find_worn_end(text, is_code=False)
    assert found is not None
    assert found.end == len(text)
    assert len(text) - END_CHARS - 20 <= found.start <= len(text) - END_CHARS
    assert found.copies >= 3
    assert len(text) > MAX_CHARS
