"""Reasoning that stands in the answer's own text, between tags: it is kept apart, and what stands after the last closing tag is the answer.

The opening tag is often missing, as chat templates write it into the prompt; the closing one is where the limit came before the answer.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator

import msgspec

from scoring.degeneration.words.reasoning import CLOSING, NAMES, OPENING

# Beside those that the detectors know: other spellings, harmony's channels (gpt-oss), those of Cohere, Seed, Kimi and Sky-T1, and
# MedGemma's unused tokens.
MORE_NAMES = f"{NAMES}|scratchpad|inner_monologue|seed:think|antthinking"
OPENINGS = (
    OPENING.pattern,
    rf"<(?:{MORE_NAMES})(?:\s[^<>\n]{{0,80}})?>",
    rf"<\|(?:start_|begin_|begin_of_)?(?:{NAMES})(?:_start|_begin)?\|>",
    r"<\|channel\|>analysis<\|message\|>",
    r"<unused94>(?:thought\b)?",
    "◁think▷",
)
CLOSINGS = (
    CLOSING.pattern,
    rf"</(?:{MORE_NAMES})\s?>",
    rf"<\|(?:/|end_|end_of_)(?:{NAMES})\|>|<\|(?:{NAMES})_end\|>",
    r"(?:<\|end\|>)?(?:<\|start\|>assistant)?<\|channel\|>final<\|message\|>",
    "<unused95>",
    "◁/think▷",
)
TAG = re.compile(f"(?P<opening>{'|'.join(OPENINGS)})|(?P<closing>{'|'.join(CLOSINGS)})", re.IGNORECASE)
# Of harmony's channels where the tokens themselves are not shown.
BARE_CHANNELS = re.compile(r"\s*analysis(?=[A-Z])(?P<reasoning>.*?)(?:assistantfinal(?P<answer>.*)|\Z)", re.DOTALL)
ASKING = re.compile(
    rf"\b(?:{NAMES}|special|control)[ -](?:tags?|tokens?|delimiters?|markers?)\b|\bchat template", re.IGNORECASE
)  # beside a prompt that holds a tag itself
FENCE = re.compile(r"^[ \t]*(?:```|~~~)", re.MULTILINE)
# What stands before a tag that begins something: nothing, a line's end, a sentence's (and no number's, as in a list), another token.
BEGINNING = re.compile(r"(?:\A|\n|(?<!\d)[.!?…。！？>\]])[ \t]*\Z")
NOUN = re.compile(r"\s*(?:tags?|tokens?|blocks?|markers?|elements?|sections?)\b", re.IGNORECASE)  # behind one that is talked about
LISTED = re.compile(r"(?:and|or|[,/&…]|\.\.\.|)", re.IGNORECASE)  # between two that are named together
QUOTES = "`'\"“”‘’«»"
MAX_BEFORE_CHARS = 40
LONG_MENTION_CHARS = 80  # more than that between two tags is no example of them


class Tag(msgspec.Struct, frozen=True, kw_only=True):
    """A tag in a text."""

    start: int
    end: int
    is_opening: bool
    num_fences: int  # of code, before it


class Parts(msgspec.Struct, frozen=True, kw_only=True):
    """A text taken apart; `reasoning` is None where there is none."""

    reasoning: str | None
    answer: str


def split_reasoning(text: str, *, prompt: str, is_cut_off: bool) -> Parts:
    """Take the reasoning out of a text. Where the prompt asks about such tags, only what can be nothing else."""
    whole = Parts(reasoning=None, answer=text)
    if bare := BARE_CHANNELS.match(text):
        return Parts(reasoning=bare["reasoning"].strip(), answer=bare["answer"] or "")
    tags = [*_tags(text)]
    if not tags:
        return whole
    if TAG.search(prompt) or ASKING.search(prompt):
        return _leading(text, tags, is_cut_off=is_cut_off) or whole
    start, is_open = _answer_start(text, tags)
    if is_open:
        return Parts(reasoning=_bared(text, tags), answer="")
    return Parts(reasoning=_bared(text[:start], tags), answer=text[start:].lstrip()) if start else whole


def _leading(text: str, tags: list[Tag], *, is_cut_off: bool) -> Parts | None:
    """Find a block that the text begins with and an answer follows, or that the limit ended."""
    first = tags[0]
    if not first.is_opening or text[: first.start].strip():
        return None
    closing = next((tag for tag in tags if not tag.is_opening and _is_closing(text, tag)), None)
    if closing is None:
        is_lone = is_cut_off and len(tags) == 1 and text[first.end : first.end + 1] == "\n"
        return Parts(reasoning=_bared(text, tags), answer="") if is_lone else None
    answer = text[closing.end :].lstrip()
    return Parts(reasoning=_bared(text[: closing.end], tags), answer=answer) if answer else None


def _answer_start(text: str, tags: list[Tag]) -> tuple[int, bool]:
    """Say where the answer begins, and whether the reasoning is still open; tags that are merely mentioned count for nothing."""
    start, num_fences, is_open, mentioned = 0, 0, False, None
    for tag in tags:
        is_in_code = (tag.num_fences - num_fences) % 2 == 1
        if tag.is_opening:
            if not is_open and not is_in_code and _is_opening(text, tag):
                is_open, mentioned = True, None
            elif not is_open and mentioned is None:
                mentioned = tag
        elif mentioned is not None and not _is_reasoning(text, mentioned, tag, start=start, num_fences=num_fences):
            mentioned = None
        elif is_open or mentioned is not None or _is_closing(text, tag):
            start, num_fences, is_open, mentioned = tag.end, tag.num_fences, False, None
    return start, is_open


def _is_opening(text: str, tag: Tag) -> bool:
    """Tell a tag that begins something from one within a sentence."""
    before = text[max(0, tag.start - MAX_BEFORE_CHARS) : tag.start]
    return BEGINNING.search(before) is not None and NOUN.match(text, tag.end) is None


def _is_closing(text: str, tag: Tag) -> bool:
    """Tell a tag that ends something from one that is quoted or has its place in a sentence."""
    before, after = text[max(0, tag.start - 2) : tag.start], text[tag.end : tag.end + 2]
    if before[-1:] and after[:1] and before[-1] in QUOTES and after[0] in QUOTES:
        return False
    is_within = len(before) == 2 and before[1] == " " and (before[0].isalpha() or before[0] == ",")
    return not (is_within and (after[:1] in tuple(",;:.?!)") or (after[:1] == " " and after[1:].islower())))


def _is_reasoning(text: str, opening: Tag, closing: Tag, *, start: int, num_fences: int) -> bool:
    """Tell what stands between two tags within a sentence from an example of them, or from one in code."""
    if (opening.num_fences - num_fences) % 2 == 1:
        return False
    between = text[opening.end : closing.start].strip()
    if "\n" in between or len(between) > LONG_MENTION_CHARS:
        return True
    return start > 0 and not LISTED.fullmatch(between) and text[opening.start - 1] not in QUOTES  # one who has reasoned so before


def _bared(text: str, tags: list[Tag]) -> str:
    """Take the first opening tag and the last closing one off where they stand at the ends."""
    first = tags[0]
    last = next((tag for tag in reversed(tags) if tag.end <= len(text)), None)
    end = last.start if last and not last.is_opening and last.end == len(text) else len(text)
    begin = first.end if first.is_opening and not text[: first.start].strip() else 0
    return text[begin:end].strip()


def _tags(text: str) -> Iterator[Tag]:
    tags = [*TAG.finditer(text)]
    fences = [fence.start() for fence in FENCE.finditer(text)] if tags else []
    for found in tags:
        num_fences = bisect_left(fences, found.start())
        yield Tag(start=found.start(), end=found.end(), is_opening=found["opening"] is not None, num_fences=num_fences)
