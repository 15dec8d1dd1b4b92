"""What kind of thing a unit is that repeats: ordinary text repeats rules, forms, rows and data too, each kind for another length."""

import re
from itertools import islice, pairwise
from typing import Literal
from unicodedata import category

from scoring.degeneration.repetition.tokens import num_letters

UnitKind = Literal[
    "words",  # whatever is none of the others
    "syllable",  # `la `
    "digits",  # `9`, `142857`, `,000`
    "sign",  # `!`, `$\n`, an emoji
    "dots",  # that lead from one column to the next
    "stroke",  # a sign that rules or fills a line in: `-`
    "space",
    "rule",  # several signs on one line: `=-`
    "bullets",  # `-\n`: the empty entries of a list
    "form",  # to be filled in, or drawn: `Name: ____\n`, `| | |\n`, `- [ ] \n`
    "cell",  # `0, `
    "row",  # numbers or one literal over and over, on one line: `0.0, `, `NULL, `
    "rows",  # the same over many lines or in brackets: `0, 0, 0\n`, `(NULL, NULL), `
    "table",  # a row of words
    "sequence",  # of nucleotides, of the steps of a path
    "encoded",  # base64, hexadecimal, escapes
    "lines",  # of code, of a log
    "markup",  # code and tags on one line
]

MAX_SYLLABLE_LETTERS = 4
MAX_SYLLABLE_ALNUMS = 2
MOSTLY_SPACE = 0.7
MIN_DRAWING_CHARS, MAX_DRAWING_SIGNS = 10, 3
MIN_ENCODED_CHARS = 8
MIN_ENCODED_TURNS = 0.25  # of the characters: where capitals, small letters and digits take each other's place
MAX_LINE_OF_SIGNS = 4  # `---` on each line; more is a drawing
MIN_LINE_OF_BULLETS = 3  # fewer begin the empty entries of a list

STRUCTURE = frozenset("{}[]<>|;=")
LINE_STRUCTURE = frozenset("{}[]<>;")  # of code, markup and logs
CODE_SIGNS = frozenset("{}[]<>()=_\"'")  # a line with none of them and a few words may end with a semicolon and be none of code
MIN_LINE_WORDS = 6
ROW_ENDS = frozenset("\n[(")  # of a table of numbers, over lines or in JSON on one
INDENTED_LINE = re.compile(r"\n(?:  |\t)")
NUCLEOTIDES = frozenset("ACGTUN")

TAG = re.compile(r"<[^<>]*>")
QUOTED = re.compile(r"\"(?![,:)])[^\"\n]{0,24}\"|'(?![,:)])[^'\n]{0,24}'")
QUOTE = re.compile("[\"']")
CELL_BREAK = re.compile(r"[\s,;|()\[\]{}]+")
NUMBER = re.compile(
    r"[-+$€£]?(?:0x[0-9a-fA-F]+|[0-9][0-9.]*(?:[eE][-+]?[0-9]+)?)[uUlLfF%]?|([0-9a-fA-F])\1|#[0-9a-fA-F]{3,8}|(?=[a-fA-F]*[0-9])[0-9a-fA-F]{2,}"
)
LITERAL = re.compile(r"null|none|nil|true|false|nan|undefined|n/?a|\"\"", re.IGNORECASE)
LIST_MARKS = frozenset(",;|\t")  # between literals, which a blank alone does not make a list
THOUSANDS = [*",000"]  # in a number that does not end
PATH = re.compile(r"[A-Za-z0-9.,+\s-]+")

COLUMNS = re.compile(r"\S(?: {4,}|\t+)\S")
ENCODED = re.compile(r"[A-Za-z0-9+/=_-]+")
ZERO_BYTES = "A"  # in base64
ESCAPE = re.compile(r"\\x[0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|%[0-9a-fA-F]{2}|\\0")
WORD = re.compile(r"[^\W\d_]{2}")

STROKES = frozenset("-=_*#~.+/%;:^<>|&·•‐‑‒–—―")
CLOSING = frozenset("})];")  # of code: over and over at one depth
BULLETS = frozenset("-*+•·")
ESCAPED_QUOTES = ({"\\", '"'}, {"\\", "'"})
DOTS = frozenset(".·․‥")
MARKS = frozenset("!?.,;:…¡¿。、！？，；：．")
JOINERS = frozenset("\u200d\ufe0e\ufe0f")  # within an emoji
PICTURES = frozenset({"So", "Sk", "Mn", "Me"})  # categories of what emoji are made of
DRAWN = re.compile("[\u2500-\u25ff\u2610-\u2612\u2b1b\u2b1c\U0001f7e5-\U0001f7eb]")  # lines, blocks, squares, boxes to tick
BLANKS_TO_FILL = re.compile(r"_{3}|\.{8}|…{4}")


def is_blank(unit: str) -> bool:
    """Say whether there is neither letter nor digit in a unit."""
    return not any(map(str.isalnum, unit))


def is_one_sign(unit: str) -> bool:
    """Say whether a unit is a mark, a stroke or an emoji, with or without blanks."""
    if not is_blank(unit):
        return False
    kind = _kind_of_blank(unit)
    return kind in ("sign", "dots", "stroke") or (kind == "rule" and len(_visible(unit)) == 1)


def kind_of(unit: str) -> UnitKind:
    """Tell what a unit is, wherever in it the loop was entered."""
    if is_blank(unit):
        return _kind_of_blank(unit)
    if unit.replace(".", "").isdecimal() or sorted(unit) == THOUSANDS:
        return "digits"
    if "\n" in unit and (_is_form(unit) or _is_drawing(unit)):
        return "form"
    if "\n" in unit and COLUMNS.search(unit + unit):
        return "rows"
    if _is_row(unit):
        return "rows" if not ROW_ENDS.isdisjoint(unit) and not _is_one_cell(unit) else "cell" if _is_short(unit) else "row"
    if unit.count(" ") >= MOSTLY_SPACE * len(unit):
        return "rule"
    if "\n" in unit and _is_table(unit):
        return "table"
    if _is_encoded(unit):
        return "encoded"
    if _is_short(unit):
        return "syllable"
    if (len(set(unit)) > 1 and NUCLEOTIDES.issuperset(unit)) or _is_path(unit):
        return "sequence"
    if "\n" in unit and INDENTED_LINE.search(unit + unit[:2]):  # or indented at its front
        return "lines"
    if CODE_SIGNS.isdisjoint(unit) and len(unit.split()) >= MIN_LINE_WORDS * unit.count("\n") > 0:
        return "words"
    if "\n" in unit and not LINE_STRUCTURE.isdisjoint(unit):
        return "lines"
    return "words" if STRUCTURE.isdisjoint(unit) else "markup"


def _is_short(unit: str) -> bool:
    return num_letters(unit) <= MAX_SYLLABLE_LETTERS and sum(map(str.isalnum, unit)) <= MAX_SYLLABLE_ALNUMS


def _kind_of_blank(unit: str) -> UnitKind:
    visible = _visible(unit)
    is_drawn = any(map(DRAWN.match, visible))
    is_stroke = len(visible) == 1 and (is_drawn or STROKES.issuperset(visible))
    if not visible:
        return "space"
    if "\n" in unit:
        is_one_mark = len(unit.replace(" ", "")) == 2
        if CLOSING.issuperset(visible) and (is_one_mark or ";" in visible):
            return "sign"
        is_line_of_one = len(visible) == 1 and not is_drawn and " " not in unit and len(unit) <= MAX_LINE_OF_SIGNS + 1
        if BULLETS.issuperset(visible) and (is_one_mark or (is_line_of_one and len(unit) <= MIN_LINE_OF_BULLETS)):
            return "bullets"
        if not is_line_of_one:
            return "form"
        return "stroke" if is_stroke else "sign"
    if is_stroke or is_drawn:
        return "rule" if len(unit) > 1 else "dots" if DOTS.issuperset(visible) else "stroke"
    if visible in ESCAPED_QUOTES:
        return "sign"
    is_sign = len(visible) == 1 or MARKS.issuperset(visible) or PICTURES.issuperset(map(category, visible))
    return "sign" if is_sign else "rule"


def _visible(unit: str) -> set[str]:
    return {sign for sign in unit if not sign.isspace()} - JOINERS


def _is_form(unit: str) -> bool:
    """Say whether there is something to fill in: blanks, or several labels with nothing after them."""
    twice = unit + unit
    if BLANKS_TO_FILL.search(twice):
        return True
    labels = {line.strip() for line in twice.split("\n")[1:-1]} - {""}
    return len(labels) > 1 and all(label.endswith((":", "：")) for label in labels)


def _is_drawing(unit: str) -> bool:
    """Say whether one or a few signs draw a picture, as on the maps of games: `xxxx..xx\\n`."""
    if len(unit) < MIN_DRAWING_CHARS:
        return False
    signs = _visible(unit)
    return len(signs) == 1 or (len(signs) <= MAX_DRAWING_SIGNS and not all(map(str.isalnum, signs)))


def _is_row(unit: str) -> bool:
    """Say whether it is numbers, `0, ` or `<td>0</td>`, or one literal over and over, `NULL, ` or `"red", `."""
    # `[1]` and `[3, 4] ` refer to sources, and are no cells: those of a matrix are parted by more than a blank.
    if not any(sign.isspace() or sign in ",;|<" for sign in unit) or ("\n" not in unit and "] [" in 2 * unit):
        return False
    # Of the first two quotes one opens: the loop may begin between them.
    starts = [0, *(quote.start() for quote in islice(QUOTE.finditer(unit), 2))]
    return any(_are_cells(TAG.sub(" ", 3 * (unit[start:] + unit[:start]))) for start in starts)


def _are_cells(whole: str) -> bool:
    """Say whether whole copies are nothing but cells that may well be alike."""
    cells = CELL_BREAK.split(QUOTED.sub('""', whole))[1:-1]
    if not cells:
        return False
    if all(map(NUMBER.fullmatch, cells)):
        return True
    is_one = len(set(cells)) == 1 and len(set(QUOTED.findall(whole)[1:-1])) <= 1
    return is_one and LITERAL.fullmatch(cells[0]) is not None and not LIST_MARKS.isdisjoint(whole)


def _is_one_cell(unit: str) -> bool:
    """Say whether one number has a line to itself, `$12.00\\n`: over and over it fills no table."""
    return unit.count("\n") == 1 and len(unit.split()) == 1 and CELL_BREAK.search(unit.strip()) is None and "<" not in unit


def _is_table(unit: str) -> bool:
    after = unit.index("\n") + 1
    lines = (unit[after:] + unit[:after]).split("\n")
    return all(line.startswith("|") and line.endswith("|") for line in map(str.strip, lines) if line)


def _is_path(unit: str) -> bool:
    """Say whether single letters stand among numbers, as in `l10 0v5`."""
    letters = sum(map(str.isalpha, unit))
    return PATH.fullmatch(unit) is not None and 0 < letters <= sum(map(str.isdigit, unit)) and WORD.search(unit + unit) is None


def _is_encoded(unit: str) -> bool:
    if unit == ZERO_BYTES or len(ESCAPE.sub("", 4 * unit)) <= len(unit):
        return True
    if len(unit) < MIN_ENCODED_CHARS or ENCODED.fullmatch(unit) is None:
        return False
    classes = [sign.isdigit() + 2 * sign.isupper() for sign in unit if sign.isalnum()]
    turns = sum(a != b for a, b in pairwise(classes))
    return turns >= MIN_ENCODED_TURNS * len(unit)
