"""The scorer `lek-v1`: the LEK heuristic behind the tables of the LEM paper (docs/battery.md says which), reproduced to the digit.

The reference matches ASCII only, measures UTF-8 bytes, and trims and splits by Unicode white space.
"""

import re

from scoring.lek_v1_formula import (
    COMPLIANCE,
    DIMENSIONS,
    EMOTIONS,
    ETHICS,
    FIRST_PERSON_VERBS,
    METAPHORS,
    OPENINGS,
    TECH,
    creative_form,
    engagement_depth,
    grade_repetition,
    is_broken,
    weigh,
)
from scoring.phrasebook import Phrasebook
from scoring.scorer import Heuristic, Scorer

# The reference's white space: Unicode's White_Space, without the separators U+001C to U+001F that str.strip and str.split add.
WHITE_SPACE = "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
NOT_WHITE_SPACE = re.compile("[\x1c-\x1f]")
MATCHED_SPACE = "\t\n\f\r "  # what its patterns take for white space

PHRASEBOOK = Phrasebook(
    {
        "compliance": (*COMPLIANCE, "i'm just a", "i am just a"),
        "metaphors": METAPHORS,
        "ethics": ETHICS,
        "tech": TECH,
        "emotions": EMOTIONS,
    }
)
PREAMBLE = re.compile(
    rf"(?:okay,?[{MATCHED_SPACE}]+(?:let'?s|here'?s|this is)"
    rf"|(?:alright|sure),?[{MATCHED_SPACE}]+(?:let'?s|here'?s)"
    rf"|great[{MATCHED_SPACE}]+question)"
)
FIRST_PERSON = re.compile(rf"[Ii](?<!\w[Ii])[{MATCHED_SPACE}]+(?i:{FIRST_PERSON_VERBS})\b", re.ASCII)
FIRST_PERSON_STARTS = tuple(letter + space for letter in "Ii" for space in MATCHED_SPACE)
FOLDED_OPENINGS = tuple(opening.lower() for opening in OPENINGS)


def _fold(text: str) -> str:
    """Lower the ASCII letters; any other character becomes one that is part of no word and no phrase."""
    return text.encode("ascii", "replace").decode("ascii").lower()


def _is_first_person(piece: str) -> bool:
    return piece.startswith(FIRST_PERSON_STARTS) or FIRST_PERSON.search(piece) is not None


def _is_verse(encoded: bytes) -> bool:
    lines = encoded.split(b"\n")
    return len(lines) > 6 and sum(len(line) < 60 for line in lines) * 2 > len(lines)


def _count_words(text: str) -> int:
    return len(NOT_WHITE_SPACE.sub("x", text).split())


def _score(text: str) -> Heuristic:
    encoded = text.encode("utf-8", "surrogatepass")
    trimmed = _fold(text.strip(WHITE_SPACE))
    pieces = [piece for part in text.split(".") if (piece := part.strip(WHITE_SPACE))]
    num = PHRASEBOOK.count(_fold(text))
    return weigh(
        {
            "compliance_markers": num["compliance"],
            "formulaic_preamble": PREAMBLE.match(trimmed) is not None,
            "first_person": sum(map(_is_first_person, pieces)),
            "creative_form": creative_form(
                is_verse=_is_verse(encoded), is_narrative=trimmed.startswith(FOLDED_OPENINGS), num_metaphors=num["metaphors"]
            ),
            "engagement_depth": engagement_depth(text, has_ethics=num["ethics"] > 0, num_tech=num["tech"], num_words=_count_words(text)),
            "emotional_register": min(10, num["emotions"]),
            "degeneration": grade_repetition(pieces) if pieces else 10,
            "empty_broken": is_broken(text, len(encoded)),
        }
    )


LEK_V1 = Scorer(name="lek-v1", version="1", dimensions=DIMENSIONS, score=_score)
