"""The phrasebook counts what plain alternations would."""

import random
import re

import pytest

from scoring.phrasebook import Phrasebook

DIMENSIONS = {
    "plain": ("a", "b a", "a b", "a b c"),
    "spaced": ("b ", "c'a", "é a", "a"),
    "wide": ("a .{1,4} c", "c", "b .{1,3}", "a-b", "ab"),
}


def test_counts_agree_with_plain_alternations_on_random_texts() -> None:
    phrasebook = Phrasebook(DIMENSIONS)
    plain = {dimension: re.compile(rf"\b(?:{'|'.join(phrases)})\b") for dimension, phrases in DIMENSIONS.items()}
    draw = random.Random(0)
    num_found = 0
    for _ in range(5000):
        text = "".join(draw.choices("aaabbcc    '-.\né_", k=25))
        expected = {dimension: len(pattern.findall(text)) for dimension, pattern in plain.items()}
        assert phrasebook.count(text) == expected, text
        num_found += sum(expected.values())
    assert num_found > 10_000


def test_a_text_without_phrases_counts_nothing() -> None:
    assert Phrasebook(DIMENSIONS).count("") == Phrasebook(DIMENSIONS).count("x_a aba") == dict.fromkeys(DIMENSIONS, 0)


def test_a_phrase_must_begin_with_a_word() -> None:
    with pytest.raises(AssertionError, match="begins with no word"):
        Phrasebook({"odd": (" a",)})
