"""The scorer `lek-v2`: the continuous LEK heuristic, counts of 14 signals of which 10 are weighed and capped and 4 are penalties."""

import re

from scoring.lek_v2_phrases import PHRASES, PREAMBLES
from scoring.phrasebook import Phrasebook
from scoring.scorer import Heuristic, Scorer

PENALTIES = {"compliance_markers": 5.0, "formulaic_preamble": 2.0, "degeneration": 20.0, "empty_broken": 20.0}
WEIGHTS_AND_CAPS = {
    "first_person": (0.5, 4.0),
    "creative_form": (0.6, 6.0),
    "engagement_depth": (1.0, 6.0),
    "emotional_register": (0.8, 5.0),
    "nuance": (1.5, 6.0),
    "specificity": (0.3, 5.0),
    "axiom_resonance": (1.0, 5.0),
    "perspective_taking": (1.5, 5.0),
    "metaphor": (1.0, 4.0),
    "questioning": (0.5, 3.0),
}
DIMENSIONS = (*PENALTIES, *WEIGHTS_AND_CAPS)

PHRASEBOOK = Phrasebook(PHRASES)
# Each alternative opens with one character to search for and looks back from there: several times faster than to open with `\b` or a set.
FIRST_PERSON = re.compile(r"(?:I(?<!\wI)(?:'m|'ve)?|m(?<!\wm)[ye]) \b")
FORMATTING = re.compile(r"\n\n|\.\.\.|—|\*[*_]?\w|_[*_]?\w|>\s|##?#?\s|\|")
PROPER_NOUN = re.compile(r"[A-Z](?<!\w[A-Z])(?<!\. [A-Z])[a-z]{2,}\b")
NUMBER = re.compile(r"\d(?<!\w\d)[\d,.]*\b")


def fold(text: str) -> str:
    """Lower the text as `re.IGNORECASE` compares it with ASCII letters: character by character, four letters beyond ASCII among them."""
    if not text.isascii():
        text = text.replace("\u0130", "i").replace("\u0131", "i").replace("\u017f", "s").replace("\u212a", "k")
    return text.lower()


def _degeneration(words: list[str]) -> float:
    if len(words) <= 10:
        return 0.0
    ratio = len(set(words)) / len(words)
    if ratio < 0.3:
        return 1.0
    return 0.5 if ratio < 0.5 else 0.0


def _lek_score(dimensions: dict[str, float]) -> float:
    gained = sum(min(weight * dimensions[name], cap) for name, (weight, cap) in WEIGHTS_AND_CAPS.items())
    lost = sum(weight * dimensions[name] for name, weight in PENALTIES.items())
    return round(gained - lost, 2)


def _score(text: str) -> Heuristic:
    folded = fold(text)
    num = PHRASEBOOK.count(folded)
    num_concrete = len(PROPER_NOUN.findall(text[1:])) + len(NUMBER.findall(text))
    measured = {
        **num,
        "formulaic_preamble": folded.startswith(PREAMBLES),
        "degeneration": _degeneration(text.split()),
        "empty_broken": len(text.strip()) < 20,
        "first_person": len(FIRST_PERSON.findall(text)),
        "creative_form": len(FORMATTING.findall(text)),
        "engagement_depth": text.count("\n\n") + 1,
        "specificity": num["specificity"] + num_concrete,
        "questioning": text.count("?"),
    }
    dimensions = {name: float(measured[name]) for name in DIMENSIONS}
    return Heuristic(lek_score=_lek_score(dimensions), dimensions=dimensions)


LEK_V2 = Scorer(name="lek-v2", version="1", dimensions=DIMENSIONS, score=_score)
