"""When a loop is what was asked for: such a flag is a hint only."""

import re

from scoring.scores import Tier

ASKS_FOR_REPETITION = re.compile(
    r"\b(?:repeat\w*|repetit\w*|over and over|again and again|times in a row|\d+ times|(?:hundred|thousand|many) times"
    r"|lyrics?|song|chorus|refrain|chant|mantra|table|matrix|grid|zeroe?s|pattern\w*|ascii[ -]art)\b",
    re.IGNORECASE,
)
MIN_PHRASE_CHARS = 12  # a shorter unit occurs in any prompt and excuses nothing
MIN_REPEATED_CHARS = 8  # a short unit repeated in the prompt: `9` stands twice in `1999`, which means nothing


def loop_tier(unit: str, prompt: str | None) -> Tier:
    """Return `soft` where the prompt asks for repetition or itself repeats the unit, else `hard`."""
    if prompt is None:
        return "hard"
    return "soft" if ASKS_FOR_REPETITION.search(prompt) or _is_repeated_in(prompt, unit) else "hard"


def _is_repeated_in(prompt: str, unit: str) -> bool:
    phrase = unit.strip()  # where a loop begins, white space may belong to its front or to its end
    if len(phrase) >= MIN_PHRASE_CHARS and prompt.count(phrase) >= 2:
        return True
    copies = max(2, -(-MIN_REPEATED_CHARS // len(unit)))
    return unit * copies in prompt
