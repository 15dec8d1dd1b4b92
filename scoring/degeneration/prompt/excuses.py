"""When a loop is what was asked for: such a flag is a hint only."""

import re

from scoring.degeneration.detector import Context
from scoring.degeneration.prompt.request import asking_part
from scoring.scores import Tier

ASKS_FOR_REPETITION = re.compile(
    r"\b(?:repeat\w*|repetit\w*|over and over|again and again|times in a row"
    r"|(?:\d+|ten|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand|million|many) times"
    r"|lyrics?|songs?|chorus(?:es)?|refrains?|chants?|mantras?|tables?|matri(?:x|ces)|grids?|zeroe?s|pattern\w*|ascii[ -]art"
    # By itself `forever` is about love and the like.
    r"|(?:say|write|print|type|output|sing|count|chant|keep \w+ing)\b[^.?!\n]{0,60}"
    r"\b(?:forever|for ever|endlessly|non-?stop|without (?:end|stopping))"
    # As far as other languages say it with one word: French, Spanish, Portuguese, Italian, German, Dutch, Polish, Russian.
    r"|r[ée]p[èée]t\w*|repit\w*|ripet\w*|wiederhol\w*|herhaal\w*|powt[óo]rz\w*|повтор\w*"
    r"|\d+\s*(?:fois|veces|vezes|volte|mal|keer|razy|раза?))\b|重复|重複|繰り返|(?<!第)\d+\s*(?:次|遍|回|번)",
    re.IGNORECASE,
)
SENTENCE_END = re.compile(r"[.!?…][\"'”’)]*\s+|\n\s*|[。！？]")
MIN_PHRASE_CHARS = 12  # a shorter unit occurs in any prompt and excuses nothing
MIN_REPEATED_CHARS = 8  # a short unit repeated in the prompt: `9` stands twice in `1999`, which means nothing


def loop_tier(unit: str, context: Context) -> Tier:
    """Return `soft` where a schema shapes the output, or the prompt asks for repetition or itself repeats the unit; else `hard`."""
    if context.is_constrained:
        return "soft"
    prompt = context.prompt or ""
    return "soft" if ASKS_FOR_REPETITION.search(asking_part(prompt)) or _is_repeated_in(prompt, unit) else "hard"


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
