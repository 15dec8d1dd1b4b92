"""A worn end: where the limit cut an answer off, most of its last words had stood there twice before, in whatever order.

Runs of a dozen characters are counted, digits all alike, so that rows that count, items drawn from a few and sentences with a word changed
are seen in one way. Ordinary prose that the limit cuts off leaves a third of its end at most to such runs.
"""

from collections import Counter

from scoring.degeneration.repetition.folding import fold
from scoring.degeneration.repetition.passage import Passage
from scoring.degeneration.repetition.stretch import Stretch

RUN_CHARS = 12
MIN_TIMES = 3
MAX_CHARS = 1600  # in which a run is counted
END_CHARS = 400  # which must be worn
MIN_CHARS = 120
MIN_WORN = 0.4
MIN_WORN_DATA = 0.88  # tables, records and programs have most of each row in common


def find_worn_end(text: str, *, is_code: bool) -> Stretch | None:
    """Judge the end of an answer that was cut off, in code or not; offsets are those in what is given."""
    base = max(0, len(text) - MAX_CHARS)
    folded = fold(text[base:])
    if len(folded) < MIN_CHARS:
        return None
    runs = [folded[at : at + RUN_CHARS] for at in range(len(folded) - RUN_CHARS + 1)]
    counts = Counter(runs)
    end_from = max(0, len(folded) - END_CHARS)
    num_worn, worn_until, first = 0, end_from, None
    for at in range(max(0, end_from - RUN_CHARS + 1), len(runs)):
        if counts[runs[at]] >= MIN_TIMES:
            num_worn += at + RUN_CHARS - max(worn_until, at)
            worn_until = at + RUN_CHARS
            first = at if first is None else first
    share = num_worn / (len(folded) - end_from)
    if first is None or share < MIN_WORN or (share < MIN_WORN_DATA and Passage(text, is_code=is_code).is_data):
        return None
    unit, times = counts.most_common(1)[0]
    at = folded.index(unit)
    return Stretch(start=base + first, end=len(text), unit=text[base + at : base + at + RUN_CHARS], period=None, copies=times)
