"""When a loop is what was asked for: such a flag is a hint only. An excuse fits the unit: a table excuses rows and no sentences."""

import re

from scoring.degeneration.detector import Context
from scoring.degeneration.prompt.asked_forms import is_part_of_asked_form
from scoring.degeneration.prompt.repetition_requests import asks_for_copies
from scoring.degeneration.prompt.request import asking_part
from scoring.scores import Tier

SENTENCE_END = re.compile(r"[.!?…][\"'”’)]*\s+|\n\s*|[。！？]")
MIN_PHRASE_CHARS = 12  # a shorter unit occurs in any prompt and excuses nothing
MIN_REPEATED_CHARS = 8  # a short unit repeated in the prompt: `9` stands twice in `1999`, which means nothing


def loop_tier(unit: str, context: Context, copies: float = 0) -> Tier:
    """Return `soft` where a schema shapes the output, or the prompt asks for such a loop or itself repeats the unit; else `hard`."""
    if context.is_constrained:
        return "soft"
    prompt = context.prompt or ""
    return "soft" if _is_repeated_in(prompt, unit) or _is_asked_for(asking_part(prompt), unit, copies) else "hard"


def _is_asked_for(prompt: str, unit: str, copies: float) -> bool:
    return asks_for_copies(prompt, unit) or is_part_of_asked_form(prompt, unit, copies)


def _is_repeated_in(prompt: str, unit: str) -> bool:
    # Where a loop begins, white space may belong to its front or to its end.
    phrases = (unit.strip(), _from_its_sentence(unit).strip())
    if any(len(phrase) >= MIN_PHRASE_CHARS and prompt.count(phrase) >= 2 for phrase in phrases):
        return True
    copies = max(2, -(-MIN_REPEATED_CHARS // len(unit)))
    return unit * copies in prompt


def _from_its_sentence(unit: str) -> str:
    """Turn a unit round so that it begins with a sentence: after `Well. ` a loop of `I love you. ` begins with `. I love you`."""
    end = SENTENCE_END.search(unit)
    return unit[end.end() :] + unit[: end.end()] if end else unit
