"""Tells near copies of a loop from the rows of a table, the lines of a program and other records, which differ in their fields alone.

The figures were found on the texts of `bench.detectors` (the tuning seed) and hold on others (`docs/detectors.md`): X-drop alone would flag
most tables, logs and data; with these rules it is one or two ordinary texts in 1,000, and loops with 5 % noise are still found.
"""

import re

from scoring.degeneration.repetition.folding import fold
from scoring.degeneration.repetition.spans import span_needed
from scoring.degeneration.repetition.unit_kinds import STRUCTURE

MARKS = STRUCTURE | frozenset("_\\/@&\t")  # of code, data and paths: no prose
CELLS = frozenset("0123456789+-., #*")
RECORDED = re.compile(r"\n    |\d\d:\d\d:\d\d")  # indented code, the time in a log
# A tag, or what stands in brackets, between the sentences of a post.
MARKUP = re.compile(r"</?[a-zA-Z][^<>\n]{0,80}>|\[[^\[\]\n]{0,40}\]|\{[^{}\n]{0,40}\}")
WORD = re.compile(r"[^\W\d_]+")
SENTENCE_END = re.compile(r"[.!?。！？](?:\s|$)")  # the lines of a log have none
MIN_MARKED_WORDS = 7  # in a copy that holds a sentence among markup
MIN_LETTERS = 0.5  # of what is visible, those that agree: a counter loop is mostly words
SHORT_PERIOD = 8
MIN_SHORT_PERIOD_CHARS = 160  # base64 and names repeat a few letters a few times
MIN_TEMPLATE_COPIES = 6  # of a sentence that has other words in some places; numbers may change from the first copy on
MAX_TEMPLATE_SHARE = 0.5  # of the differences in letters, those in such places
# For all that is not prose: true copies with noise, not records.
MIN_AGREEMENT = 0.85  # noise of 5 % leaves 0.90
MIN_RECORD_CHARS = 240
MIN_RECORD_COPIES = 4
MAX_FIELD_SHARE = 0.25  # of the differences, those in fields: about 0 in noise, about 1 in records


def are_near_loop(copies: str, period: int, length: int, *, is_code: bool) -> bool:
    """Judge the last copies of a stretch of this length; they agree but for some characters, and in which digits they have."""
    unit = copies[-period:]
    if length < max(span_needed(unit), MIN_SHORT_PERIOD_CHARS if period < SHORT_PERIOD else 0):
        return False
    pairs = [(new, old) for new, old in zip(copies[period:], copies, strict=False) if not new.isspace()]
    same = [new for new, old in pairs if new == old or new.lower() == old.lower()]
    is_prose = not is_code and MARKS.isdisjoint(copies) and RECORDED.search(copies) is None
    if is_prose and sum(map(str.isalpha, same)) >= MIN_LETTERS * len(pairs):
        return length >= MIN_TEMPLATE_COPIES * period or _field_share(fold(copies), period) <= MAX_TEMPLATE_SHARE
    if not is_code and length >= MIN_TEMPLATE_COPIES * period and _are_sentences_in_markup(copies, period):
        return True
    if length < max(MIN_RECORD_CHARS, MIN_RECORD_COPIES * period) or len(same) < MIN_AGREEMENT * len(pairs):
        return False
    return _field_share(copies, period) <= MAX_FIELD_SHARE


def _are_sentences_in_markup(copies: str, period: int) -> bool:
    """Say whether each copy is a sentence with tags or brackets around it, and not a row or the line of a log."""
    bare = MARKUP.sub(" ", copies)
    if (
        len(bare) == len(copies)
        or not MARKS.isdisjoint(bare.replace("_", " "))
        or RECORDED.search(copies)
        or 2 * sum(map(str.isalpha, bare)) < len(bare)
    ):
        return False
    words = MIN_MARKED_WORDS * len(copies) // period
    return len(WORD.findall(bare)) >= words and len(SENTENCE_END.findall(bare)) >= len(copies) // period - 1


def _field_share(copies: str, period: int) -> float:
    """Lay the copies one below the other; return the share of the differences that stand in fields.

    A column without a majority is a field, and so is one of cells: digits, signs and blanks that take each other's place among other text.
    """
    rows = [copies[begin : begin + period] for begin in range(0, len(copies) - period + 1, period)]
    has_cells = not copies.isalnum()
    num_differences = num_in_fields = 0
    for column in zip(*rows, strict=True):
        num_alike = max(map(column.count, set(column)))
        num_differences += len(column) - num_alike
        if 2 * num_alike <= len(column) or (has_cells and CELLS.issuperset(column)):
            num_in_fields += len(column) - num_alike
    return num_in_fields / num_differences if num_differences else 0.0
