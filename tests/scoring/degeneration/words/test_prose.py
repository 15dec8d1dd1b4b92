"""Masking of code between backticks."""

import random

import pytest

from scoring.degeneration.words.prose import Prose


@pytest.mark.parametrize(
    ("text", "prose"),
    [
        ("plain", "plain"),
        ("a `b` c", "a     c"),
        ("a ``b`` c", "a       c"),
        ("a `b\nc", "a   \nc"),
        ("a\n```\nb\nc\n```\nd", "a\n   \n \n \n   \nd"),
        ("```x``` y", "        y"),
        ("a ``` `b` ``` c", "a             c"),
    ],
)
def test_code_is_blanked_out(text: str, prose: str) -> None:
    assert Prose().mask(text) == prose


def test_cuts_do_not_matter() -> None:
    rng = random.Random(40)
    for _ in range(500):
        text = "".join(rng.choices("`ab\n ", [4, 2, 1, 1, 1], k=rng.randint(0, 40)))
        masking = Prose()
        pieces = []
        at = 0
        while at < len(text):
            size = rng.randint(1, 5)
            pieces.append(masking.mask(text[at : at + size]))
            at += size
        assert "".join(pieces) == Prose().mask(text)
