"""The end of a text, cut into sentences, lines and words that say something: without markup, numbers and words that count."""

import re
from functools import cached_property

from scoring.degeneration.words.number_words import NUMBER_WORDS, ROMAN_NUMERAL

# A tag, what stands in brackets (a number, a name, a BBCode), the letter of an item.
MARKUP = re.compile(r"</?[a-zA-Z][^<>\n]{0,80}>|\[[^\[\]\n]{0,40}\]|(?:(?<=\n)|\A)[ \t]*\(?[a-zA-Z]\)")
MAX_MARKUP_SHARE = 0.5  # of the characters; what has more is a document in that markup
SENTENCE = re.compile(r"[^.!?…。！？।؟\n]+")
LINE = re.compile(r"[^\n]+")
HAN_KANA = r"\u3040-\u30ff\u3400-\u9fff"
SIGNS = r"\s!-&(-,./:-@\[-`{-~«»“”„…—。！？，、：；।؟"  # ASCII but the apostrophe and the hyphen
# A character of Chinese or Japanese, or what stands between blanks, signs and digits; vowel signs belong to the word. One letter is none.
WORD = re.compile(rf"[{HAN_KANA}]|(?:[a-z](?=[^{SIGNS}\d{HAN_KANA}])|[^\W\d_a-z{HAN_KANA}])[^{SIGNS}\d{HAN_KANA}]*")
NUMBER_OR_WORD = re.compile(rf"\d+|{WORD.pattern}")
MAX_JUDGED_CHARS, MAX_JUDGED_LINES, MAX_NUMERIC_CHARS = 1024, 24, 256  # the last ones tell what a text is
# The lines of code, data, tables, logs and dated notes.
DATA_START = re.compile(
    r"\s*[|{}\"'/]|\t| {4}|- - |\s*[-*]?\s*\S+[:=]\s?\S+\s*$"
    r"|\s*(?:ADD|ALTER|AND|AS|CREATE|DELETE|DROP|FROM|GRANT|INSERT|INTO|JOIN|LEFT|ON|ORDER|SELECT|SET|UPDATE|VALUES|WHERE)\s"
)
DATA_MARK = re.compile(r"[{}|;=\t\\@]|(?<=.)[<>]|://|\w[_(]|[A-Za-z],\w|\w,[A-Za-z]|\d{4}-\d\d-\d\d")
TIME = re.compile(r"\d\d:\d\d")
ITEM = re.compile(r"\s*(?:[-*•+>#]|\(?(?:\d{1,4}|[A-Za-z])[.):])\s*")
SENTENCE_ENDS = (".", "!", "?", "…", "。", "！", "？", "।", "؟", ":", '"', "”", "*")
MAX_DATA_SHARE = 0.25  # of the lines
MAX_SHORT_LINE_WORDS = 8.5  # on average
MIN_SHORT_LINES = 4
MIN_FIGURE_SHARE = 0.35  # digits, as a share of the letters
MIN_KIN_SHARE = 0.7  # of the lines, those that are items, or end as sentences do

Part = tuple[int, tuple[str, ...]]  # its offset and its words


class Passage:
    """A text and its parts, each made when it is first asked for."""

    def __init__(self, text: str, *, is_code: bool) -> None:
        self.text = text
        self._is_code = is_code or "```" in text

    @cached_property
    def _plain(self) -> str:
        return ROMAN_NUMERAL.sub(_blanks, MARKUP.sub(_blanks, self.text))

    @cached_property
    def _last_lines(self) -> list[str]:
        lines = [line for line in self.text[-MAX_JUDGED_CHARS:].split("\n") if line and not line.isspace()]
        return lines[-MAX_JUDGED_LINES:]

    @cached_property
    def num_lines(self) -> int:
        """How many lines are not blank."""
        return sum(bool(line) and not line.isspace() for line in self.text.split("\n"))

    @cached_property
    def _bare(self) -> str:
        """The last lines without markup and Roman numerals."""
        return ROMAN_NUMERAL.sub("", MARKUP.sub("", "\n".join(self._last_lines)))

    @cached_property
    def lines(self) -> list[Part]:
        """The lines that have words."""
        return _parts(LINE, self._plain)

    @cached_property
    def sentences(self) -> list[Part]:
        """The sentences that have words; a line ends one too."""
        return _parts(SENTENCE, self._plain)

    @cached_property
    def words(self) -> list[tuple[int, str]]:
        """The words, and here the numbers too, with their offsets."""
        return [(match.start(), match.group().lower()) for match in NUMBER_OR_WORD.finditer(self._plain.lower())]

    @cached_property
    def is_data(self) -> bool:
        """Whether it is code, a table, a log or another record."""
        if self._is_code:
            return True
        lines, bare = self._last_lines, self._bare
        if len(bare) < MAX_MARKUP_SHARE * sum(map(len, lines)) or _has_digits(bare[-MAX_NUMERIC_CHARS:], 1.0):
            return True
        num_data_lines = sum(map(_is_data, bare.split("\n"))) + sum(TIME.search(line) is not None for line in lines)
        return num_data_lines > MAX_DATA_SHARE * len(lines)

    @cached_property
    def has_figures(self) -> bool:
        """Whether much of it is numbers, as in the log of a training."""
        return _has_digits(self._bare, MIN_FIGURE_SHARE)

    @cached_property
    def is_list(self) -> bool:
        """Whether most lines are items."""
        lines = self._last_lines
        return sum(ITEM.match(line) is not None for line in lines) >= MIN_KIN_SHARE * len(lines)

    @cached_property
    def has_short_lines(self) -> bool:
        """Whether the lines are short, as in songs, dialogues and lists."""
        lines = self.lines
        return len(lines) >= MIN_SHORT_LINES and sum(len(words) for _, words in lines) < MAX_SHORT_LINE_WORDS * len(lines)

    @cached_property
    def is_verse(self) -> bool:
        """Whether the lines are short and most end within a sentence, as in songs."""
        if not self.has_short_lines:
            return False
        lines = [line for line in self._bare.split("\n") if line and not line.isspace()]
        return sum(line.rstrip().endswith(SENTENCE_ENDS) for line in lines) < MIN_KIN_SHARE * len(lines)


def _blanks(match: re.Match[str]) -> str:
    return " " * len(match.group())


def _has_digits(text: str, share: float) -> bool:
    return sum(map(str.isdigit, text)) >= share * sum(map(str.isalpha, text))


def _is_data(line: str) -> bool:
    return DATA_START.match(line) is not None or DATA_MARK.search(line) is not None


def _parts(pattern: re.Pattern[str], text: str) -> list[Part]:
    parts = ((match.end() - len(match.group().lstrip()), _words(match.group())) for match in pattern.finditer(text))
    return [(start, words) for start, words in parts if words]


def _words(text: str) -> tuple[str, ...]:
    return tuple(word for word in WORD.findall(text.lower()) if word not in NUMBER_WORDS)
