"""Finds markers such as `<|eot_id|>` in streamed prose, whole ones even where a block ends inside."""

import re
from collections.abc import Iterator

import msgspec

MAX_MARKER_CHARS = 48
MAX_AFTER_CHARS = 48  # with the marker no more than two blocks, so that a leak is not seen later than that
MAX_BEFORE_CHARS = 96


class Sighting(msgspec.Struct, frozen=True, kw_only=True):
    """A marker, and what stands around it."""

    start: int  # character offset
    marker: str
    before: str
    after: str

    @property
    def end(self) -> int:
        """The offset behind it."""
        return self.start + len(self.marker)


class MarkerScan:
    """Searches prose for a pattern whose matches begin with `<` or `[` and take no more than `MAX_MARKER_CHARS`."""

    def __init__(self, pattern: re.Pattern[str]) -> None:
        self._pattern = pattern
        self._before = ""  # prose before the rest
        self._rest = ""  # prose from a bracket on that the next block may complete
        self._end = 0  # offset after the prose seen

    def passes(self, prose: str) -> bool:
        """Pass over prose without a bracket, if nothing waits for it; say whether it did. Most prose needs no more."""
        if self._rest or "<" in prose or "[" in prose:
            return False
        self._before = prose
        return True

    def feed(self, prose: str, start: int) -> Iterator[Sighting]:
        """Yield each match that a longer text could not change, nor what is seen of its surroundings."""
        self._end = start + len(prose)
        if self.passes(prose):
            return
        text = self._rest + prose
        yield from self._matches(text, max(0, len(text) - MAX_MARKER_CHARS - MAX_AFTER_CHARS))

    def finish(self) -> Iterator[Sighting]:
        """Yield the matches that the end of the text has settled."""
        yield from self._matches(self._rest, len(self._rest))

    def _matches(self, text: str, settled: int) -> Iterator[Sighting]:
        """Yield the matches that begin before `settled`, and keep what begins after it for later."""
        start = self._end - len(text)
        done = 0
        found = []
        for match in self._pattern.finditer(text):
            if match.start() >= settled:
                break
            before = (self._before + text[max(0, match.start() - MAX_BEFORE_CHARS) : match.start()])[-MAX_BEFORE_CHARS:]
            after = text[match.end() : match.end() + MAX_AFTER_CHARS]
            found.append(Sighting(start=start + match.start(), marker=match.group(), before=before, after=after))
            done = match.end()
        keep = max(done, settled)
        brackets = [at for at in (text.find("<", keep), text.find("[", keep)) if at >= 0]
        kept = min(brackets, default=len(text))
        self._before = (self._before + text[max(0, kept - MAX_BEFORE_CHARS) : kept])[-MAX_BEFORE_CHARS:]
        self._rest = text[kept:]
        yield from found
