"""A reply's text with the places that the detectors flag."""

from collections.abc import Iterator
from itertools import pairwise

import msgspec

from clients.report.html.markup import Markup, element, join
from scoring.scores import Flag


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where a flag lies in the text; `start` and `end` are the same where only a point is known."""

    flag: Flag
    start: int
    end: int


def marked_text(text: str, flags: tuple[Flag, ...]) -> Markup:
    """Escape a text and mark the flagged stretches; where several overlap, a stretch carries the names of all."""
    places = sorted(find_places(text, flags), key=lambda place: place.start)
    cuts = sorted({0, len(text), *(end for place in places for end in (place.start, place.end))})
    pieces = [_point(place) for place in places if place.start == place.end == 0]
    for start, end in pairwise(cuts):
        covering = [place for place in places if place.start <= start and end <= place.end]
        pieces.append(_stretch(text[start:end], start, covering))
        pieces += [_point(place) for place in places if place.start == place.end == end]
    return join(*pieces)


def find_places(text: str, flags: tuple[Flag, ...]) -> Iterator[Place]:
    """Say where each flag lies, from what it tells of itself; one that tells of no beginning has no place."""
    for flag in flags:
        if flag.start is not None:
            start = min(max(0, flag.start), len(text))
            yield Place(flag=flag, start=start, end=min(len(text), start + _length(text, start, flag)))


def _length(text: str, start: int, flag: Flag) -> int:
    """Take a loop's copies together, or else what leaked, if it stands there as it was told."""
    if flag.period is not None and flag.copies is not None:
        return round(flag.period * flag.copies)
    return len(flag.unit) if flag.unit and text.startswith(flag.unit, start) else 0


def _stretch(text: str, start: int, covering: list[Place]) -> Markup:
    if not covering:
        return join(text)
    beginning = [place.flag.flag for place in covering if place.start == start]
    return _mark(text, covering, beginning)


def _point(place: Place) -> Markup:
    return _mark("", [place], [place.flag.flag])


def _mark(text: str, covering: list[Place], beginning: list[str]) -> Markup:
    """Mark a stretch; the names of the flags that begin with it stand before it, drawn by the style so that copied text stays clean."""
    tier = "hard" if any(place.flag.tier == "hard" for place in covering) else "soft"
    label = ", ".join(dict.fromkeys(beginning)) or None
    return element("mark", text, class_=tier, data_flags=label, title="\n".join(str(place.flag) for place in covering))
