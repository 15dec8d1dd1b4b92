"""`lek-v2`: what each of its signals counts, and that its fast patterns are the plain ones."""

import random
import re
import sys

import pytest

from scoring.lek_v2 import FIRST_PERSON, FORMATTING, LEK_V2, NUMBER, PROPER_NOUN, fold


@pytest.mark.parametrize(
    ("text", "dimension", "value"),
    [
        ("I’m I'm not able to, not able to", "compliance_markers", 2),  # the first consumes the second's words
        ("it is beyond my programming", "compliance_markers", 1),
        ("éI cannot", "compliance_markers", 0),
        ("Sure.", "formulaic_preamble", 1),
        (" Sure.", "formulaic_preamble", 0),
        ("\u017fURE it is", "formulaic_preamble", 1),  # re.IGNORECASE takes the long s for an s
        ("a " * 10, "degeneration", 0),
        ("a " * 11, "degeneration", 1),
        ("a b c d e " + "e " * 6, "degeneration", 0.5),
        ("\x1c" + "é" * 19 + "\u3000", "empty_broken", 1),
        ("é" * 20, "empty_broken", 0),
        ("I saw I'm my own; i am, me too. Tell me. aI am", "first_person", 4),
        ("I've", "first_person", 0),  # a word must follow
        ("**bold** _a_ __b >\n\n### x ####y|—....", "creative_form", 8),
        ("a\n\n\n\nb", "engagement_depth", 3),
        ("Love, LOVE, lovely; self-love", "emotional_register", 3),
        ("both tension and paradox", "nuance", 2),  # the tension lies within both … and
        ("both tension\nand", "nuance", 1),  # a line's end is never crossed
        ("trade-off, tradeoff, trade off", "nuance", 2),
        ("While we wait they also serve. however, not merely", "nuance", 3),
        ("Berlin and Bonn. Then Rome, Al; McDonald", "specificity", 2),  # not the first letter, not after a full stop
        ("in 1989, 1,204.5 and 3rd or x7 ٣", "specificity", 3),
        ("e.g. this, e.g.that", "specificity", 1),  # a boundary must follow
        ("Accountability is accountab, sovereignty", "axiom_resonance", 2),
        ("the right to be forgotten is", "axiom_resonance", 1),
        ("From a very odd perspective the community", "perspective_taking", 2),
        ("like a cat, like a, as if so; imagine that. Imagine", "metaphor", 3),
        ("What? Why??", "questioning", 3),
    ],
)
def test_signal_counts(text: str, dimension: str, value: float) -> None:
    assert LEK_V2.score(text).dimensions[dimension] == value


def test_every_signal_is_capped_and_every_penalty_is_not() -> None:
    text = "\n\n".join(["However, I feel my hope as if Rome? 7 dignity, alternatively one |"] * 50)
    assert LEK_V2.score(text).lek_score == 4 + 6 + 6 + 5 + 6 + 5 + 5 + 5 + 4 + 3 - 20
    refusals = "I cannot. " * 5 + "every word here stands for something of its own kind"
    assert LEK_V2.score(refusals).lek_score == 1 - 5 * 5 + 5 * 0.5


@pytest.mark.parametrize(
    ("fast", "plain"),
    [
        (FIRST_PERSON, r"\b(?:I |I'm |I've |my |me )\b"),
        (FORMATTING, r"\n\n|\.\.\.|—|[*_]{1,2}\w|>\s|#{1,3}\s|\|"),
        (PROPER_NOUN, r"(?<!\. )\b[A-Z][a-z]{2,}\b"),
        (NUMBER, r"\b\d[\d,.]*\b"),
    ],
    ids=["first person", "formatting", "proper noun", "number"],
)
def test_fast_pattern_finds_what_the_plain_one_does(fast: re.Pattern[str], plain: str) -> None:
    pieces = [*"IMmy'eé. ABab1,٣²_*>#|—\n\ud800\0", "I'm", "I've ", "my ", "me ", ". Abc", "...", "**", "Berlin", "12,"]
    draw = random.Random(0)
    for _ in range(5000):
        text = "".join(draw.choices(pieces, k=12))
        assert fast.findall(text) == re.findall(plain, text), ascii(text)


def test_folding_agrees_with_ignorecase_on_every_character() -> None:
    every = "".join(map(chr, range(sys.maxunicode + 1)))
    folded = fold(every)
    assert len(folded) == len(every)
    for letter in "abcdefghijklmnopqrstuvwxyz":
        assert re.findall(letter, every, re.IGNORECASE) == [every[match.start()] for match in re.finditer(letter, folded)]
    assert [match.start() for match in re.finditer(r"\w", every)] == [match.start() for match in re.finditer(r"\w", folded)]
