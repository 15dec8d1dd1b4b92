"""Passages cut out of whole files: at blank lines where there are some, else at line ends."""

import random
import re
from collections.abc import Iterator

MIN_CHARS, MAX_CHARS = 200, 4_000
MAX_PER_FILE = 40
ENCODED_LINE = re.compile(r"^[A-Za-z0-9+/=]{60,}$", re.MULTILINE)
ENTRY_END = re.compile(r"\n%\n")


def cut_passages(text: str, rng: random.Random) -> Iterator[str]:
    """Cut passages of 200 to 4,000 characters out of a text, short ones as often as long ones by order of magnitude, none overlapping.

    What is mostly lines of base64, a letter's attachment, is no text.
    """
    return (passage for passage in _cut(text, rng) if 2 * sum(map(len, ENCODED_LINE.findall(passage))) < len(passage))


def _cut(text: str, rng: random.Random) -> Iterator[str]:
    if len(ENTRY_END.findall(text)) > 1:  # a file of fortunes
        yield from (entry.strip("\n") for entry in ENTRY_END.split(text) if MIN_CHARS <= len(entry.strip()) <= MAX_CHARS)
        return
    starts = _starts(text)
    taken: list[range] = []
    for _ in range(min(MAX_PER_FILE, 1 + len(text) // (2 * MIN_CHARS))):
        start = starts[rng.randrange(len(starts))]
        size = round(MIN_CHARS * (MAX_CHARS / MIN_CHARS) ** rng.random())
        passage = _whole_lines(text[start : start + size], is_at_end=start + size >= len(text))
        span = range(start, start + len(passage))
        if len(passage.strip()) >= MIN_CHARS and not any(span.start < other.stop and other.start < span.stop for other in taken):
            taken.append(span)
            yield passage.strip("\n")


def _starts(text: str) -> list[int]:
    """Where a passage may begin: at the text's start, after blank lines, after line ends if there are few of those."""
    for boundary in (r"\n[ \t]*\n(?=\S)", r"\n"):
        starts = [match.end() for match in re.finditer(boundary, text) if match.end() < len(text) - MIN_CHARS]
        if len(starts) >= 4:
            return [0, *starts]
    return [0]


def _whole_lines(passage: str, *, is_at_end: bool) -> str:
    """End with a paragraph, or with a line, unless that loses more than half."""
    if is_at_end:
        return passage
    for boundary in ("\n\n", "\n", " "):
        end = passage.rfind(boundary)
        if end > len(passage) // 2:
            return passage[:end]
    return passage
