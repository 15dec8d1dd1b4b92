"""What sets `lek-v1-paper` apart: Python's Unicode, parts of words, case."""

import pytest

from scoring.lek_v1 import LEK_V1
from scoring.lek_v1_paper import LEK_V1_PAPER
from tests.scoring.golden import golden_texts


@pytest.mark.parametrize(
    ("text", "dimension", "value"),
    [
        ("\u212aey", "engagement_depth", 1),  # lower-cased, the Kelvin sign is a k
        ("an encryptor", "engagement_depth", 1),  # tor overlaps with encrypt
        ("monkeys, keys and hashes", "engagement_depth", 3),
        ("a consenting axiomatic", "engagement_depth", 2),
        ("éI cannot say, I cannot", "compliance_markers", 1),  # é is a letter
        ("I'm just a tool, i am just a tool", "compliance_markers", 0),
        ("\x1cOkay,\u00a0this is it", "formulaic_preamble", 1),
        ("Then i think. i know; I\u3000am. ÉI am. I", "first_person", 1),
        ("I\u00a0", "first_person", 0),  # trimmed, nothing follows
        ("the end of it", "creative_form", 0),
        ("The end of it", "creative_form", 1),
        ("é" * 59 + "\n" * 6, "creative_form", 2),  # blank lines are dropped, and characters counted
        ("é" * 60 + "\n" * 6, "creative_form", 0),
        ("\n" * 6, "creative_form", 0),
        ("short\n" * 5 + "short", "creative_form", 0),  # six lines
        ("word\x1d" * 401, "engagement_depth", 2),
        (". . .", "degeneration", 0),
        ("", "degeneration", 10),
        ("ééééé", "empty_broken", 1),
        (" " * 9 + "é" * 10, "empty_broken", 0),
        ("é" * 9 + " " * 9, "empty_broken", 1),
        (" ERROR, or so it seems", "empty_broken", 0),
    ],
)
def test_characters_and_unicode_decide(text: str, dimension: str, value: float) -> None:
    assert LEK_V1_PAPER.score(text).dimensions[dimension] == value


def test_more_than_fifty_golden_texts_tell_the_two_variants_apart() -> None:
    assert sum(LEK_V1.score(golden.text) != LEK_V1_PAPER.score(golden.text) for golden in golden_texts()) > 50
