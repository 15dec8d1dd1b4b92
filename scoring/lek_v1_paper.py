"""The scorer `lek-v1-paper`: the variant of LEK v1 behind the regex table of the LEM paper, with Python's Unicode patterns."""

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

# Without "i'm just a": the reference looks for it with a capital I in lower-cased text and never finds it.
PHRASEBOOK = Phrasebook({"compliance": COMPLIANCE, "metaphors": METAPHORS, "emotions": EMOTIONS})
TECH_PARTS = re.compile("|".join(TECH))
PREAMBLE = re.compile(r"okay,?\s+(?:let'?s|here'?s|this is)|(?:alright|sure),?\s+(?:let'?s|here'?s)|great\s+question")
FIRST_PERSON = re.compile(rf"I(?<!\wI)\s+(?:{FIRST_PERSON_VERBS})\b")
FIRST_PERSON_START = re.compile(r"I\s")


def _is_first_person(piece: str) -> bool:
    return FIRST_PERSON_START.match(piece) is not None or FIRST_PERSON.search(piece) is not None


def _is_verse(text: str) -> bool:
    lines = text.split("\n")
    if len(lines) <= 6:
        return False
    filled = [stripped for line in lines if (stripped := line.strip())]
    return sum(len(line) < 60 for line in filled) * 2 > len(filled)


def _count_tech(lowered: str) -> int:
    """Count the technical words, inside other words too. Most texts have none, and that costs a search a word."""
    return len(TECH_PARTS.findall(lowered)) if any(word in lowered for word in TECH) else 0


def _score(text: str) -> Heuristic:
    lowered = text.lower()
    trimmed = text.strip()
    pieces = [piece for part in text.split(".") if (piece := part.strip())]
    num = PHRASEBOOK.count(lowered)
    return weigh(
        {
            "compliance_markers": num["compliance"],
            "formulaic_preamble": PREAMBLE.match(lowered.strip()) is not None,
            "first_person": sum(map(_is_first_person, pieces)),
            "creative_form": creative_form(
                is_verse=_is_verse(text), is_narrative=trimmed.startswith(OPENINGS), num_metaphors=num["metaphors"]
            ),
            "engagement_depth": engagement_depth(
                text,
                has_ethics=any(word in lowered for word in ETHICS),
                num_tech=_count_tech(lowered),
                num_words=len(text.split()),
            ),
            "emotional_register": min(10, num["emotions"]),
            "degeneration": grade_repetition(pieces) if pieces else 10 * (text == ""),
            "empty_broken": is_broken(text, len(trimmed)),
        }
    )


LEK_V1_PAPER = Scorer(name="lek-v1-paper", version="1", dimensions=DIMENSIONS, score=_score)
