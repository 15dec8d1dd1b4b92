"""What a loop's unit is: the row of a table, numbers, a line of verse, signs, a step, a code, a form, or values that data is full of."""

import re

MAX_CELL_CHARS = 80  # of a row, between two bars
MAX_LABEL_WORDS = 8  # beside each blank of a form
MAX_RECORD_WORDS = 5  # beside each key, itself included
MAX_LINE_CHARS = 90  # of verse
MAX_PHRASE_CHARS = 40  # of verse that goes on in the same line
MAX_VERSE_CHARS = 900  # a verse and its chorus
MAX_WORD_CHARS = 24
MAX_STEP_CHARS = 200  # `knit 2, purl 2, `
MAX_INSTRUCTION_CHARS = 60
MAX_SIGN_SHARE = 0.2  # of verse

BOUNDARIES = "\n,;|"  # in the order in which a copy is taken to begin after one
BAR = re.compile(r"[|│┃║╎┆\t&]|</?t[drh]\b", re.IGNORECASE)
GAP = re.compile(r"\S {2,}(?=\S)")
BLANK = re.compile(r"_{3,}|\.{4,}|…{2,}|\[ ?\]|\( ?\)|[☐□▢⬜]")
LETTERS = re.compile(r"[^\W\d_]+")
WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
SENTENCE_END = re.compile(r"[a-z]{2}[.!?](?:\s|$)")
TAG = re.compile(r"</?\w[^<>]*>")
PART_OF_NUMBER = re.compile(r"(?<=\d)[eEfFLuUj](?=[\d\W]|$)|0[xX][0-9a-fA-F]+|\bNaN\b|\\[a-z]+")
DRAWN_LETTERS = frozenset("xovwm")
LETTER_RUN = re.compile(r"[^\W\d_]{3,}")
SUNG = re.compile(
    r"la+|na+h?|da+|doo*|dum|dee|di+|sha+|ding|dong|hey+|hi+|ho+|hoo+|wh?oa+h?|yeah|ye+|o+h+|a+h+|ha+|u+h+|mm+"
    r"|hmm*|tra|fal|ay+|yo+|hush|row|om|aum"
    r"|hallelujah|alleluia|amen|baby|love|shanti|bye|merrily|clap|beep|boom|ла+|на+|эй|ой|ля|啦|啊|哦|ラ|ナ|라|나",
    re.IGNORECASE,
)
SUNG_TOGETHER = frozenset({"la", "al", "na", "an", "ha", "ah", "啦", "ラ", "ナ", "라", "나"})  # without blanks; a loop may begin within one
PROSE_SIGNS = frozenset(",.!?;:'’-—–\"“”()♪♫")
VALUES = re.compile(
    r"null|none|nil|true|false|undefined|nan|na|n|a|tbd|tba|empty|blank|free|off|closed|default|todo|unknown|x|y|yes|no|string|int|integer"
    r"|float|number|boolean"
)
QUOTED_VALUE = re.compile(r"\"[^\"\n]{0,20}\"|'[^'\n]{0,20}'")
KEY = re.compile(r"(?:\"[^\"\n]{1,40}\"|'[^'\n]{1,40}'|(?<![^\s{,-])[\w-]{1,40})\s*:(?=\s|[\d\"'\[{])")
FILLED_IN = re.compile(r":\s*[\"'][^\"'\n]*\w")
INSERT = re.compile(r"\b(?:INSERT\s+INTO\s+[\w.\"`]+\s*(?:\([^()]{0,200}\)\s*)?VALUES|INSERT\s+INTO|VALUES)\b", re.IGNORECASE)
HEX = re.compile(r"(?:(?:0x|\\x|%|&#x?|U\+|\\u)?[0-9a-fA-F]{1,16}[\s:,;-]*)+")
BASE_64 = re.compile(r"[A-Za-z0-9+/=_-]+")
NUCLEOTIDES = re.compile(r"[ACGTUN\s'-]+")


def is_row(unit: str) -> bool:
    """Say whether it is the row of a table, or what rules and pads one."""
    if not any(map(str.isalnum, unit)):
        return True
    if num_bars := len(BAR.findall(unit)):
        return len(unit) <= MAX_CELL_CHARS * num_bars
    return is_form(unit) or ("\n" in unit and (LETTERS.search(unit) is None or len(GAP.findall(unit)) >= 2))


def is_numbers(unit: str) -> bool:
    """Say whether it is numbers and what parts them."""
    return any(map(str.isdigit, unit)) and LETTERS.search(PART_OF_NUMBER.sub("", TAG.sub("", 2 * unit))) is None


def is_verse(unit: str, *, may_be_one_word: bool = False) -> bool:
    """Say whether it is short lines or a short phrase; of a single word only what is sung, `la la`, unless any may be."""
    words = _words(unit)
    if "|" in unit or any(map(str.isdigit, unit)) or _num_signs(unit) > MAX_SIGN_SHARE * len(unit):
        return False
    if not words:  # no word ends within it
        return unit.lower() in SUNG_TOGETHER
    if max(map(len, words)) > MAX_WORD_CHARS:
        return False
    if "\n" in unit:
        return len(unit) <= MAX_VERSE_CHARS and max(map(len, (2 * unit).split("\n"))) <= MAX_LINE_CHARS
    is_one_word = len(set(words)) == 1 and SUNG.fullmatch(words[0]) is None
    return len(unit) <= MAX_PHRASE_CHARS and (may_be_one_word or not is_one_word)


def is_signs(unit: str) -> bool:
    """Say whether it is signs, or a few letters of which pictures are made, `xoxo`."""
    runs = LETTER_RUN.findall(3 * unit.lower())
    return all(DRAWN_LETTERS.issuperset(run) or len(set(run)) == 1 for run in runs)


def is_step(unit: str) -> bool:
    """Say whether it is a short instruction or a few: `knit 2, purl 2, `."""
    return len(unit) <= MAX_STEP_CHARS and len(_words(unit)) > 0 and any(sign in unit for sign in ",;:|\n-&")


def is_instructions(unit: str) -> bool:
    """Say whether it is a few short lines of a program."""
    lines = [line for line in unit.strip().split("\n") if line]
    is_lines = "\n" in unit and len(unit) <= MAX_STEP_CHARS and max(map(len, lines), default=0) <= MAX_INSTRUCTION_CHARS
    return is_lines and SENTENCE_END.search(unit) is None


def is_code(unit: str) -> bool:
    """Say whether it is written in an alphabet of its own: base64, hexadecimal and binary numbers, nucleotides, Morse."""
    bare = unit.strip()
    return (
        LETTERS.search(unit) is None
        or NUCLEOTIDES.fullmatch(bare) is not None
        or BASE_64.fullmatch((2 * unit).replace("\n", "")) is not None
        or HEX.fullmatch(bare) is not None
    )


def is_form(unit: str) -> bool:
    """Say whether it is blanks to fill in, each with a few words beside it."""
    num_blanks = len(BLANK.findall(2 * unit))
    return num_blanks > 0 and len(WORD.findall(2 * unit)) <= MAX_LABEL_WORDS * num_blanks


def is_values(unit: str) -> bool:
    """Say whether it is values that data is full of: `null, `, `(0, NULL), `, `"red", `, records with nothing"
    " in them."""
    if not any(map(str.isalnum, unit)) or is_form(unit):
        return True
    if FILLED_IN.search(2 * unit) is not None:
        return False
    rest = TAG.sub(" ", QUOTED_VALUE.sub(" ", KEY.sub(" ", INSERT.sub(" ", _from_a_boundary(unit)))))
    return all(map(VALUES.fullmatch, LETTERS.findall(rest.lower())))


def is_record(unit: str) -> bool:
    """Say whether it is keys with their values, and nothing else to speak of."""
    num_keys = len(KEY.findall(2 * unit))
    return num_keys > 1 and len(WORD.findall(2 * unit)) <= MAX_RECORD_WORDS * num_keys


def _from_a_boundary(unit: str) -> str:
    """Turn a unit round so that no word of it is cut in two, where it has a sign after which one may begin."""
    at = next((unit.index(sign) + 1 for sign in BOUNDARIES if sign in unit), 0)
    return unit[at:] + unit[:at]


def _words(unit: str) -> list[str]:
    """Return its words, in small letters; none where no word ends within it."""
    return [word.lower() for word in WORD.findall(3 * unit)[1:-1]]


def _num_signs(unit: str) -> int:
    return sum(not (letter.isalnum() or letter.isspace() or letter in PROSE_SIGNS) for letter in unit)
