"""How text that comes in pieces is read: by generators that are sent a character at a time.

A reader yields for the next character, or yields a pattern: then a run of what it matches may come at once, which has to mean the same
as its characters one by one. So an answer reads the same however it is cut into pieces, and nothing is looked at twice.
"""

import re
from collections.abc import Generator
from typing import TypeVar

END = ""  # in place of a character: the text is over
LINE = re.compile(r"[^\n]+")

T = TypeVar("T")
Reading = Generator[re.Pattern[str] | None, str, T]


class Deviation(Exception):
    """What was being read is not what it seemed: `character` is where one sees it and not part of it; None where it has been read."""

    def __init__(self, character: str | None) -> None:
        super().__init__(character)
        self.character = character
