"""Cuts streamed prose into plain words, and passes over what is no prose: tables, JSON, SQL, indented lines, markup, addresses."""

import re
from collections.abc import Iterator

from scoring.degeneration.repetition.folding import fold

MAX_WORD_CHARS = 40  # a longer string is a key, an address, or a script without spaces
TAB_CHARS = 4
MIN_INDENT_CHARS = 4  # of code in Markdown
DATA_STARTS = frozenset("|{}[]\"'")  # of the lines of tables and JSON
SQL_STARTS = re.compile(
    r"(?:ADD|ALTER|AND|AS|CREATE|DELETE|DROP|FROM|GRANT|INSERT|INTO|JOIN|LANGUAGE|LEFT|ON|ORDER|SELECT|SET|UPDATE|VALUES|WHERE)\s"
)

TIME = re.compile(r"\[?0+[-:/.]00")  # of a line in a log, its digits folded
TOKEN = re.compile(r"\n[^\S\n]*|\S+")
PLAIN_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
DIGITS = "0.,:/-"  # and what joins them, all digits folded into one
EDGES = "\"'“”‘’«».,;:!?…()[]*_#-–—$%+"


class ProseWords:
    """Yields offset and text of each word, in small letters; an empty text for what is no plain word. Numbers are left out."""

    def __init__(self) -> None:
        self.num_lines = 0  # of prose, begun so far
        self._rest = ""  # of a word that the next block may go on with
        self._end = 0
        self._indent = 0  # of the line, before its first word
        self._is_prose: bool | None = None  # the line; None before its first word

    def feed(self, prose: str, start: int) -> Iterator[tuple[int, str]]:
        """Yield the words that the next block completes."""
        self._end = start + len(prose)
        text = self._rest + prose
        unfinished = "" if text[-1].isspace() else text.split()[-1]
        self._rest = unfinished[-MAX_WORD_CHARS - 1 :]  # of a longer one only the length matters
        yield from self._words(text[: len(text) - len(unfinished)], self._end - len(text))

    def finish(self) -> Iterator[tuple[int, str]]:
        """Yield the word that the end of the text completes."""
        yield from self._words(self._rest, self._end - len(self._rest))

    def _words(self, text: str, start: int) -> Iterator[tuple[int, str]]:
        if self._is_prose is None:
            self._move(text[: len(text) - len(text.lstrip())].rpartition("\n")[2])
        for match in TOKEN.finditer(fold(text)):
            token = match.group()
            if token[0] == "\n":
                self._is_prose, self._indent = None, 0
                self._move(token[1:])
                continue
            if self._is_prose is None:
                is_data = token[0] in DATA_STARTS or TIME.match(token) or SQL_STARTS.match(text, match.start())
                self._is_prose = self._indent < MIN_INDENT_CHARS and not is_data
                self.num_lines += self._is_prose
            if self._is_prose:
                word = token if token.isalpha() else token.strip(EDGES)
                is_plain = len(word) <= MAX_WORD_CHARS and (word.isalpha() or PLAIN_WORD.fullmatch(word) is not None)
                if is_plain or word.strip(DIGITS):
                    yield start + match.start(), word if is_plain else ""

    def _move(self, margin: str) -> None:
        self._indent += len(margin) + (TAB_CHARS - 1) * margin.count("\t")
