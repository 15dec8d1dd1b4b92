"""Prompts that ask for many words: an essay, five paragraphs, three hundred words. English only; they gate a soft flag."""

import re

from scoring.degeneration.prompt.request import asking_part

LONG = re.compile(
    r"\b(?:write|compose|draft|give|tell|create|produce|prepare|generate|need|want)\b[^.?!\n]{0,60}"
    r"\b(?:essays?|articles?|stor(?:y|ies)|reports?|speech|blog posts?|paragraphs?|chapters?|reviews?|letters? to|e-?mails? to|poems?"
    r"|summar(?:y|ies) of|biograph(?:y|ies)|tutorials?|guides?|lesson plans?|\d{2,} words)\b"
    r"|\b(?:(?:explain|describe|discuss|compare|analy[sz]e)\b[^.?!\n]{0,80}"
    r"\b(?:in (?:great |full |some )?detail|step by step|at length|thoroughly)"
    r"|in (?:at least )?\d{2,} words|(?:two|three|four|five|six|seven|\d+) paragraphs)\b",
    re.IGNORECASE,
)
BRIEF = re.compile(
    r"\b(?:titles?|headlines?|names?|first (?:word|line)|one[- ]word|yes or no|subject lines?|hashtags?|only the)\b", re.IGNORECASE
)


def asks_for_length(prompt: str) -> bool:
    """Say whether a prompt asks for a text of some length."""
    asked = asking_part(prompt)
    return LONG.search(asked) is not None and BRIEF.search(asked) is None
