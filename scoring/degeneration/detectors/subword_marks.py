"""Marks by which tokenizers write a space or a line break, left in the text: `theĠbarrelĠholds`, `▁the▁barrel`, `bar@@ rel`."""

import re
from collections import Counter

from scoring.degeneration.detector import Block

ANY_MARK = re.compile(r"[ĠĊ▁]|âĢ|@@ | ##")
# How often each must be seen: `Ġ` after a small letter or a stop is no letter of any language, the others might be something else.
KINDS = (
    (re.compile(r"(?<=[a-z.,;:!?])[ĠĊ]|âĢ[^\W\d_a-z]"), 1),  # byte-level; the second is a curly quote
    (re.compile(r"(?<![^\s\"(])Ġ(?=[a-z])"), 6),  # the same with spaces between; in Maltese some words begin so
    (re.compile(r"(?<![▁-█<｜])▁(?=[^\W_])(?![^｜<]{0,20}｜)"), 3),  # rows of these draw lines, and `<｜end▁of▁sentence｜>` has them
    (re.compile(r"(?<=[A-Za-z])@@ (?=[a-z])"), 3),
    (re.compile(r"(?<=[a-z]) ##(?=[a-z])"), 3),
)
MALTESE = re.compile(r"[ħżġċĦŻ]")
BEFORE_CHARS = 2
AFTER_CHARS = 24


class SubwordMarks:
    """Finds the first such mark once there are enough of its kind to be sure."""

    def __init__(self) -> None:
        self.found: tuple[int, str] | None = None  # offset and text of the first of the kind
        self._text = ""  # the last of it, of which all but the end has been searched
        self._end = 0  # offset after it
        self._is_marked = False  # there is any mark in it
        self._first: dict[int, tuple[int, str]] = {}  # by kind
        self._nums: Counter[int] = Counter()

    def feed(self, block: Block) -> None:
        """Take the next block."""
        if self.found is not None:
            return
        is_plain = block.prose.isascii() and "@@ " not in block.prose and " ##" not in block.prose
        if is_plain and not self._is_marked:
            self._text, self._end = block.prose, block.start + len(block.prose)
            return
        self._text = self._text[-BEFORE_CHARS - AFTER_CHARS :] + block.prose
        self._end = block.start + len(block.prose)
        self._is_marked = ANY_MARK.search(self._text) is not None
        if self._is_marked:
            self._search(len(self._text) - AFTER_CHARS, searched=len(self._text) - len(block.prose) - AFTER_CHARS)

    def finish(self) -> None:
        """Search the very end too."""
        if self._is_marked and self.found is None:
            self._search(len(self._text), searched=len(self._text) - AFTER_CHARS)

    def _search(self, settled: int, *, searched: int) -> None:
        """Count the marks that begin between these places."""
        for kind, (pattern, num_needed) in enumerate(KINDS):
            for match in pattern.finditer(self._text):
                if searched <= match.start() < settled:
                    self._first.setdefault(kind, (self._end - len(self._text) + match.start(), match.group()))
                    self._nums[kind] += 1
            if self._nums[kind] >= num_needed and not (num_needed > 3 and MALTESE.search(self._text)):
                self.found = self.found or self._first[kind]
