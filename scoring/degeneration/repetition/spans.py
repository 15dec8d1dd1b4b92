"""How long a loop must be, by what its unit is: what ordinary text repeats too must repeat for longer.

Each figure lies above what the ordinary texts of `bench.detectors` hold (the tuning seed; see `docs/detectors.md`), and what nearly all
passages of human text do. It costs a true loop of that kind no more than so many characters of delay.
"""

import msgspec

from scoring.degeneration.repetition.tokens import num_letters
from scoring.degeneration.repetition.unit_kinds import UnitKind, kind_of

MIN_SPAN_CHARS = 80


class Span(msgspec.Struct, frozen=True):
    """The least length of a loop, in characters of ordinary words."""

    hint: int  # to be worth a hint, wherever it stands
    sure: int  # to be hard, whatever comes after it, or where an answer that stopped by itself ends in it
    last: int  # to be hard where an answer ends in it that ended nobody knows why
    cut_tokens: int  # to be hard where the limit cut it off, in tokens


SPANS: dict[UnitKind, Span] = {
    "words": Span(MIN_SPAN_CHARS, 160, 120, 9),
    "syllable": Span(160, 160, 160, 30),
    "digits": Span(160, 300, 100, 30),
    "sign": Span(160, 160, 60, 24),
    "dots": Span(160, 200, 160, 100),
    "stroke": Span(200, 300, 250, 100),  # rules are as wide as a page
    "space": Span(400, 400, 400, 400),
    "rule": Span(400, 400, 400, 200),
    "bullets": Span(400, 1_000, 1_000, 80),
    "form": Span(2_000, 4_000, 4_000, 1_500),  # a page to write on has forty lines
    "cell": Span(160, 1_000, 400, 60),  # `0, ` fills a row of a matrix
    "row": Span(400, 1_000, 400, 60),
    "rows": Span(2_000, 3_000, 2_000, 400),  # tables hold many rows of zeros, or of 0xff
    "table": Span(240, 800, 480, 80),
    "sequence": Span(400, 800, 400, 100),  # the ends of chromosomes repeat TTAGGG
    "encoded": Span(400, 800, 400, 100),
    "lines": Span(400, 600, 320, 80),  # unrolled code, logs: the same line eight times over
    "markup": Span(240, 400, 240, 60),
}
CODE_SPAN = Span(240, 400, 240, 60)  # the least of all kinds in a fence
CELLS_SPAN = Span(400, 1_000, 400, 120)  # of a row of a table
TABLE_SPAN = Span(2_000, 2_000, 2_000, 2_000)  # a wide cell pads and rules all rows of its column
WHOLE_SPAN_CHARS = 40  # of one sign, where the answer is nothing else
WHOLE_DIGITS_CHARS, WHOLE_CELLS_CHARS = 80, 160  # of one number or syllable, where it is nothing else and did not stop by itself


def span_of(unit: str, *, is_code: bool = False) -> Span:
    """Return how long a loop of this unit must be to be more than ordinary."""
    span = SPANS[kind_of(unit)]
    if is_code:
        span = Span(*map(max, msgspec.structs.astuple(span), msgspec.structs.astuple(CODE_SPAN)))
    return span


def span_needed(unit: str) -> int:
    """Return the least length, in characters, that makes a loop of this unit worth a hint."""
    return chars_needed(unit, span_of(unit).hint)


def chars_needed(unit: str, num_chars: int) -> int:
    """Turn characters of ordinary words into those of a unit, each of which may say as much as three."""
    return -(-num_chars * len(unit) // num_letters(unit))
