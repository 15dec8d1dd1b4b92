"""Pieces that steer a model, such as the markers of turns: a template writes them, and what people write never becomes one."""

import itertools
import re
from collections.abc import Iterable

BREAK = "\ud800"  # half of a pair of surrogates: nothing that can be tokenised holds one, and so no message
NUM_BEGINNING = 4  # characters, enough to pass by HTML's tags: a text may be full of them


class ControlPieces:
    """Finds where a text spells one. Text that is tokenised in parts, cut at each `BREAK`, becomes none."""

    def __init__(self, spellings: Iterable[str]) -> None:
        """Take them as they are spelt; a single character and white space steer nothing and cannot be broken."""
        self._spellings = frozenset(one for one in spellings if len(one) > 1 and not one.isspace())
        self._lengths = sorted({len(one) for one in self._spellings})
        beginnings: dict[str, set[str]] = {}  # what follows the first character
        for spelling in self._spellings:
            beginnings.setdefault(spelling[0], set()).add(re.escape(spelling[1:NUM_BEGINNING]))
        # Only the first character is taken: another piece may begin at the next one.
        alternatives = (f"{re.escape(first)}(?={'|'.join(sorted(rests))})" for first, rests in sorted(beginnings.items()))
        self._beginning = re.compile("|".join(alternatives) or r"(?!)")

    def break_in(self, text: str) -> str:
        """Put a `BREAK` behind the first character of every one that is spelt; any other text stays as it is."""
        places = [found.end() for found in self._beginning.finditer(text) if self._is_spelt_at(found.start(), text)]
        if not places:
            return text
        return BREAK.join(text[start:end] for start, end in itertools.pairwise((0, *places, len(text))))

    def _is_spelt_at(self, start: int, text: str) -> bool:
        return any(text[start : start + length] in self._spellings for length in self._lengths)
