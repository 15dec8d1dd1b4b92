"""Markdown that reads the same in GitHub's dialect and in pandoc's: texts of others are escaped or stand in code."""

import re
from collections.abc import Iterable, Sequence

from clients.one_line import one_line

SPECIAL = re.compile(r"[\\`*\[\]<>|~$#]|(?<!\w)_|_(?!\w)|&(?=[#\w])")
OPENING = re.compile(r"^(\d+(?=[.)](?:\s|$))|(?=[-+](?:\s|$)))")  # of a list's item


def escaped(text: str) -> str:
    """Make any text one line of plain words."""
    return OPENING.sub(r"\1\\", SPECIAL.sub(r"\\\g<0>", one_line(text)))


def code(text: str) -> str:
    """Put a text into a code span; inside a table its strokes must be escaped all the same."""
    words = one_line(text).replace("|", "\\|")
    fence = "`" * (max(map(len, re.findall("`+", words)), default=0) + 1)
    padding = " " if words.startswith("`") or words.endswith("`") else ""
    return f"{fence}{padding}{words}{padding}{fence}" if words else ""


def block(text: str, language: str = "") -> str:
    """Put a text into a fenced block."""
    fence = "`" * max(3, max(map(len, re.findall("`+", text)), default=0) + 1)
    return f"{fence}{language}\n{text}\n{fence}"


def table(headings: Sequence[str], rows: Iterable[Sequence[str]], *, num_words: int = 1) -> str:
    """Write a pipe table of cells that are Markdown already; its first `num_words` columns hold words, the others numbers."""
    rules = [":--" if column < num_words else "--:" for column in range(len(headings))]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (headings, rules, *rows))


def bullets(lines: Iterable[str]) -> str:
    """Write a list of lines that are Markdown already."""
    return "\n".join(f"- {line}" for line in lines)
