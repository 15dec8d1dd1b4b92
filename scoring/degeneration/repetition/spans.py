"""How long a loop must be, by what its unit is: what ordinary text repeats too must repeat for longer.

Each figure lies above what the ordinary texts of `bench.detectors` hold (the tuning seed; see `docs/detectors.md`), and costs a true loop
of that kind no more than so many characters of delay.
"""

import re

MIN_SPAN_CHARS = 80
MAX_SHORT_UNIT_CHARS = 4
MIN_SPAN_SHORT_UNIT_CHARS = 160  # `0, ` fills a row of a matrix
MIN_SPAN_CODE_CHARS = 240  # data and markup on one line, and all code in a fence, repeat themselves a few times
MIN_SPAN_LINES_CHARS = 400  # unrolled code, logs: the same line eight times over
MIN_SPAN_RULE_CHARS = 400  # `---` and `| ` rule and frame tables
MIN_SPAN_SEQUENCE_CHARS = 400  # the ends of chromosomes repeat TTAGGG
MIN_SPAN_ROW_CHARS = 400  # `0.0, ` fills a row
MIN_SPAN_ROWS_CHARS = 2_000  # tables hold many rows of zeros, or of 0xff
MIN_SPAN_TABLE_CHARS = 2_000  # a wide cell pads and rules all rows of its column

STRUCTURE = frozenset("{}[]<>|;=")
LINE_STRUCTURE = frozenset("{}[]<>;")  # of code, markup and logs
ROW_ENDS = frozenset("\n[")  # of a table of numbers, over lines or in JSON on one
INDENTED_LINE = re.compile(r"\n(?:  |\t)")
TAG = re.compile(r"<[^<>]*>")
NUCLEOTIDES = frozenset("ACGTUN")
NUMBER = re.compile(r"(?:0x[0-9a-fA-F]+|[0-9]+)[uUlLf]?")


def is_blank(unit: str) -> bool:
    """Say whether there is neither letter nor digit in a unit."""
    return not any(map(str.isalnum, unit))


def span_needed(unit: str) -> int:
    """Return the least length, in characters, that makes a loop of this unit more than ordinary."""
    if is_blank(unit):
        return MIN_SPAN_RULE_CHARS
    if len(unit) <= MAX_SHORT_UNIT_CHARS and sum(map(str.isalnum, unit)) <= 2:
        return MIN_SPAN_SHORT_UNIT_CHARS
    if _is_one_number(unit):
        return MIN_SPAN_ROW_CHARS if ROW_ENDS.isdisjoint(unit) else MIN_SPAN_ROWS_CHARS
    if len(set(unit)) > 1 and NUCLEOTIDES.issuperset(unit):
        return MIN_SPAN_SEQUENCE_CHARS
    if "\n" in unit and (not LINE_STRUCTURE.isdisjoint(unit) or INDENTED_LINE.search(unit + unit[:2])):  # or indented at its front
        return MIN_SPAN_LINES_CHARS
    return MIN_SPAN_CHARS if STRUCTURE.isdisjoint(unit) else MIN_SPAN_CODE_CHARS


def _is_one_number(unit: str) -> bool:
    """Say whether it is one number over and over, `0, ` or `<td>0</td>`; the loop may begin within it."""
    words = set(re.findall(r"\w+", TAG.sub(" ", 3 * unit))[1:-1])
    return len(words) == 1 and NUMBER.fullmatch(words.pop()) is not None
