"""Words of prose, however the text is cut."""

import random

import pytest

from scoring.degeneration.repetition.prose_words import ProseWords


def words(text: str, size: int = 64) -> list[tuple[int, str]]:
    reading = ProseWords()
    found: list[tuple[int, str]] = []
    for start in range(0, len(text), size):
        found += reading.feed(text[start : start + size], start)
    return found + list(reading.finish())


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("The “red” door, (well) shut!", ["the", "red", "door", "well", "shut"]),
        ("It's a half-open\ndoor", ["it's", "a", "half-open", "door"]),
        ("On 12 May 1989, at 3:45 p.m.", ["on", "may", "at", ""]),
        ("see https://a.b/c or f(x) or x_1 or a=b now", ["see", "", "or", "", "or", "", "or", "", "now"]),
        ("# Title\n- item\n* **bold** item\n1. one", ["title", "item", "bold", "item", "one"]),
        ("a\n    b\n\tc\n  d", ["a", "d"]),
        ('a\n| b |\n{"c": 1}\n[d]\nSELECT e\ne', ["a", "e"]),
        ("день — 好的 день", ["день", "好的", "день"]),
        ("x" * 41 + " y", ["", "y"]),
        ("", []),
    ],
)
def test_plain_words_are_found(text: str, found: list[str]) -> None:
    assert [word for _, word in words(text)] == found


def test_words_stand_where_they_say() -> None:
    text = "The red door,\n\n  and the well."
    assert [text[start : start + len(word)].lower() for start, word in words(text)] == ["the", "red", "door", "and", "the", "well"]


def test_cuts_do_not_matter() -> None:
    rng = random.Random(90)
    for _ in range(300):
        text = "".join(rng.choices("ab'-1. |\n\t`İé", [6, 6, 1, 1, 1, 1, 4, 1, 1, 1, 1, 1, 1], k=rng.randint(1, 200)))
        whole = words(text, len(text))
        assert words(text, 1) == whole
        assert words(text, rng.randint(2, 70)) == whole
