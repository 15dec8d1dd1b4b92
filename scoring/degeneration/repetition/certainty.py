"""When exact repetition is surely a loop: how many copies it takes, and of which length, by where it stands and how the answer ended."""

import re

from scoring.degeneration.repetition.lag_tracker import Loop
from scoring.degeneration.repetition.spans import WHOLE_CELLS_CHARS, WHOLE_DIGITS_CHARS, WHOLE_SPAN_CHARS, Span
from scoring.degeneration.repetition.tokens import num_letters, num_tokens
from scoring.degeneration.repetition.unit_kinds import is_one_sign, kind_of
from scoring.finish_reasons import End

SHORT_LAG, LONG_LAG = 8, 60
NUM_SHORT_COPIES, NUM_COPIES, NUM_LONG_COPIES = 30, 8, 6  # of a loop that is one whatever comes after it, by its lag
NUM_LAST_COPIES = 8  # of one that an answer ends in
# Fewer copies will do where they are longer, in letters or, where the limit cut the answer off, in tokens.
FEW_LAST = ((6, 160), (4, 320), (2.5, 360))
FEW_STOPPED = ((6, 240), (2.9, 600))
FEW_CUT = ((2.9, 14), (2.5, 18), (2, 34))
MIN_SENTENCE_LETTERS, NUM_HINT_COPIES = 36, 2.9
COUNTED = re.compile(r"^[^A-Za-z]*[1-9][^A-Za-z]*$")  # a number; rows of zeros and of bytes are dumped
FEW_TIMES = 1.6  # as long as eight copies need to be, at the least


def is_sure(loop: Loop, span: Span) -> bool:
    """Say whether a loop is one whatever comes after it: a refrain has fewer copies, and a rule is shorter."""
    needed = NUM_SHORT_COPIES if loop.period < SHORT_LAG else NUM_COPIES if loop.period < LONG_LAG else NUM_LONG_COPIES
    return loop.copies >= needed and _num_letters(loop) >= span.sure


def is_sure_at_end(loop: Loop, span: Span, end: End) -> bool:
    """Say whether a loop that an answer ends in is one."""
    if end == "cut":
        return _is_long_enough(loop, num_tokens(loop.unit) * loop.copies, span.cut_tokens, FEW_CUT)
    if end == "stopped":
        return _is_long_enough(loop, _num_letters(loop), span.sure, FEW_STOPPED)
    return _is_long_enough(loop, _num_letters(loop), span.last, FEW_LAST)


def is_hint_at_end(loop: Loop, end: End) -> bool:
    """Say whether it is a sentence three times over that an answer ends in, unless the answer stopped there by itself."""
    is_sentence = kind_of(loop.unit) == "words" and num_letters(loop.unit) >= MIN_SENTENCE_LETTERS
    return end != "stopped" and is_sentence and loop.copies >= NUM_HINT_COPIES


def is_sure_as_answer(loop: Loop, end: End) -> bool:
    """Say whether a loop is one where the answer is nothing else: a sign, or a number or syllable that did not stop by itself."""
    if is_one_sign(loop.unit):
        return loop.length >= WHOLE_SPAN_CHARS
    if end == "stopped" or loop.copies < NUM_SHORT_COPIES:
        return False
    kind = kind_of(loop.unit)
    if kind in ("cell", "row"):
        return loop.length >= WHOLE_CELLS_CHARS and COUNTED.search(loop.unit) is not None
    return kind in ("digits", "syllable") and loop.length >= WHOLE_DIGITS_CHARS


def _num_letters(loop: Loop) -> float:
    """Measure a loop in what Latin letters would take to say as much."""
    return num_letters(loop.unit) * loop.copies


def _is_long_enough(loop: Loop, length: float, least: int, few: tuple[tuple[float, int], ...]) -> bool:
    if length < least or loop.copies >= NUM_LAST_COPIES:
        return length >= least
    is_few = num_letters(loop.unit) >= SHORT_LAG and length >= FEW_TIMES * least
    return is_few and any(loop.copies >= copies and length >= needed for copies, needed in few)
