"""Finds markers such as `<|eot_id|>` in streamed prose, whole ones even where a block ends inside; flags the first that leaks."""

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator

from scoring.degeneration.detector import Block, Context, Ending
from scoring.degeneration.words.unit import shown_unit
from scoring.scores import Flag

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


class MarkerDetector(ABC):
    """Flags, as hard, the first marker outside code that `is_leak` and that the prompt does not show."""

    def __init__(self, context: Context, *, flag: str, pattern: re.Pattern[str]) -> None:
        self._flag = flag
        self._prompt = context.prompt or ""
        self._scan = MarkerScan(pattern)
        self._found: Flag | None = None

    @abstractmethod
    def is_leak(self, marker: str) -> bool:
        """Judge a match of the pattern; called on each in turn until one is flagged."""

    def feed(self, block: Block) -> None:
        """Take the next block."""
        if self._found is None:
            self._weigh(self._scan.feed(block.prose, block.start))

    def flags(self) -> tuple[Flag, ...]:
        """Return what has been found so far."""
        return (self._found,) if self._found else ()

    def finish(self, ending: Ending) -> tuple[Flag, ...]:
        """Look at the very end too, and return what was found."""
        self._weigh(self._scan.finish())
        return self.flags()

    def _weigh(self, matches: Iterator[tuple[int, str]]) -> None:
        for start, marker in matches:
            if self._found is None and self.is_leak(marker) and marker not in self._prompt:
                self._found = Flag(flag=self._flag, tier="hard", start=start, unit=shown_unit(marker))
