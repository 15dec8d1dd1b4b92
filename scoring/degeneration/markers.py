"""Finds markers such as `<|eot_id|>` in streamed prose, whole ones even where a block ends inside."""

import re
from collections.abc import Iterator

MAX_MARKER_CHARS = 48


class MarkerScan:
    """Searches prose for a pattern whose matches begin with `<` or `[` and take no more than `MAX_MARKER_CHARS`."""

    def __init__(self, pattern: re.Pattern[str]) -> None:
        self._pattern = pattern
        self._rest = ""  # prose from a bracket on that the next block may complete
        self._end = 0  # offset after the prose seen

    def feed(self, prose: str, start: int) -> Iterator[tuple[int, str]]:
        """Yield offset and text of each match that a longer text could not change."""
        self._end = start + len(prose)
        if not self._rest and "<" not in prose and "[" not in prose:
            return
        text = self._rest + prose
        yield from self._matches(text, max(0, len(text) - MAX_MARKER_CHARS))

    def finish(self) -> Iterator[tuple[int, str]]:
        """Yield the matches that the end of the text has settled."""
        yield from self._matches(self._rest, len(self._rest))

    def _matches(self, text: str, settled: int) -> Iterator[tuple[int, str]]:
        """Yield the matches that begin before `settled`, and keep what begins after it for later."""
        start = self._end - len(text)
        done = 0
        found = []
        for match in self._pattern.finditer(text):
            if match.start() >= settled:
                break
            found.append((start + match.start(), match.group()))
            done = match.end()
        keep = max(done, settled)
        brackets = [at for at in (text.find("<", keep), text.find("[", keep)) if at >= 0]
        self._rest = text[min(brackets) :] if brackets else ""
        yield from found
