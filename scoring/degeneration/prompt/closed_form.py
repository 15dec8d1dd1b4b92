"""Closed-form prompts: those whose right answer may be a character or two. The rules know English only; they gate a soft flag."""

import re

from scoring.degeneration.detector import Context
from scoring.degeneration.prompt.request import asking_part

MAX_CLOSED_FORM_TOKENS = 8  # who allows no more than this expects no more than a word
BRIEF = re.compile(
    r"\b(?:one|single|1)[ -](?:words?|letters?|characters?|tokens?|symbols?|emojis?|digits?)\b"
    r"|\b(?:symbol|abbreviat\w*|initials?|acronym|emoji|which letter|what letter|json|schema|regex|pronoun|preposition|suffix|prefix)\b"
    r"|\b(?:first|second|third|last|\d+(?:st|nd|rd|th)) (?:word|letter|character|digit|symbol)\b|\bfill in\b|__",
    re.IGNORECASE,
)
YES_NO = re.compile(
    r"\byes\b.{0,12}\bno\b|\btrue\b.{0,12}\bfalse\b|\by/n\b"
    r"|\bja oder nein\b|\boui ou non\b|\bs[ií] o no\b|\bsim ou não\b|\bда или нет\b|是否",
    re.IGNORECASE,
)
YES_NO_QUESTION = re.compile(
    r"(?:and |but |so |then )?(?:am|is|are|was|were|do|does|did|can|could|will|would|should|shall|has|have|had|may|might|must)"
    r"(?:n't)?\b[^?]*\?$",
    re.IGNORECASE,
)
YES_NO_ANSWERS = frozenset({"y", "n", "t", "f", "0", "1", "no", "ok"})
FOREIGN_YES_NO_ANSWERS = frozenset({"ja", "si", "sí", "da", "да", "是", "否", "对", "不", "네"})  # no English reply is one of these
OPTIONS = re.compile(
    r"\b\w+ or \w+|(?:^|\s)\(?[A-Za-z1-9][).:]\s.*?\s\(?[A-Za-z1-9][).:]\s|\b(?:choose|pick|select|which of|options?)\b", re.I | re.S
)
NUMBER = re.compile(
    r"\b(?:how (?:many|much|old|far|long|tall|big|high|often)|(?:what|which) (?:year|number|age|percent\w*|temperature|day|time)"
    r"|number|grade|count|calculate|compute|evaluate|solve|sum|product|difference|quotient|remainder|square root|digits?|times|plus|minus"
    r"|divided|multiplied|rate|scale|score)\b|\d\s*[-+*/x×÷^%]\s*\d|\d\s*=|\b(?:from|between) \d+ (?:to|and) \d",
    re.IGNORECASE,
)


def is_closed_form(answer: str, context: Context) -> bool:
    """Say whether an answer of a character or two fits what was asked. An unknown prompt is taken as open-ended."""
    if context.is_constrained or (context.max_tokens is not None and context.max_tokens <= MAX_CLOSED_FORM_TOKENS):
        return True
    if context.prompt is None:
        return False
    prompt = asking_part(context.prompt)
    bare = answer.strip(".!,;:()'\"").casefold()
    return (
        BRIEF.search(prompt) is not None
        or (bare in YES_NO_ANSWERS | FOREIGN_YES_NO_ANSWERS and _asks_yes_or_no(prompt))
        or (bare in FOREIGN_YES_NO_ANSWERS and prompt.rstrip().endswith(("?", "？")))
        or (any(map(str.isdigit, bare)) and NUMBER.search(prompt) is not None)
        or (bare != "" and OPTIONS.search(prompt) is not None and re.search(rf"\b{re.escape(bare)}\b", prompt.casefold()) is not None)
    )


def _asks_yes_or_no(prompt: str) -> bool:
    """Yes or no is asked for outright, or the last sentence is a question that begins with its verb."""
    last = re.split(r"(?<=[.!?])\s+|\n+", prompt.strip())[-1]
    return YES_NO.search(prompt) is not None or YES_NO_QUESTION.match(last) is not None
