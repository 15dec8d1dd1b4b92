"""Requests whose right answer need not use their words: works of imagination, and texts to go on with or to rework. English only."""

import re

IMAGINATION = re.compile(
    r"\b(?:poe(?:ms?|try)|haikus?|sonnets?|limericks?|ballads?|odes?|rhym(?:es?|ing)|lyrics?|fables?|fairy[ -]?tales?|short stor(?:y|ies)"
    r"|bedtime stor(?:y|ies)|diary entr(?:y|ies)|monologues?|riddles?|jokes?|puns?|metaphors?|similes?|slogans?|taglines?|love letters?"
    r"|screenplays?|fan ?fiction|role[ -]?play\w*|act as|(?:imagine|pretend)(?: that)? you|in the (?:style|voice) of)\b"
    r"|\b(?:write|compose|tell|create|make up|invent|draft|give|craft|pen|dream up)\b[^.?!\n]{0,60}"
    r"\b(?:stor(?:y|ies)|tales?|songs?|verses?|pieces?|scenes?|dialogues?|speech|toast|letter|passage|narrative|script)\b",
    re.IGNORECASE,
)
REWORKING = re.compile(
    r"\btranslat(?:e|ion)\b|\bgo on\b"
    r"|\b(?:rewrite|rephrase|reword|paraphrase|proofread|summari[sz]e|shorten|simplify|polish|correct|edit|improve|revise|convert|continue"
    r"|finish|complete|expand|extend|format|make|turn)\b[^.?!\n]{0,30}"
    r"\b(?:this|that|it|these|those|above|following|previous|text|sentences?|paragraphs?|passage|e-?mail|article|essay|answer|reply|response"
    r"|draft)\b",
    re.IGNORECASE,
)


def why_loose(prompt: str) -> str | None:
    """Say why an answer need not use the prompt's words; None where it should."""
    if IMAGINATION.search(prompt):
        return "the prompt asks for a work of imagination, which need not use its words"
    if REWORKING.search(prompt):
        return "the prompt asks for work on a text, and may say little of what that is about"
    return None
