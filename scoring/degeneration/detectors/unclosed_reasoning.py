"""Reasoning that never ends: `<think>` is opened and never closed, so nothing after it is an answer."""

from collections.abc import Iterable
from heapq import merge
from operator import attrgetter

from scoring.degeneration.detector import Block, Context, Ending
from scoring.degeneration.detectors.marker_scan import MarkerScan, Sighting
from scoring.degeneration.words.reasoning import CLOSING, OPENING
from scoring.degeneration.words.unit import shown_unit
from scoring.scores import Flag, Tier


class UnclosedReasoning:
    """Flags the first opening tag outside code after which none closes: hard, unless the prompt names the tag and may ask about it."""

    def __init__(self, context: Context) -> None:
        self._prompt = context.prompt or ""
        self._openings = MarkerScan(OPENING)
        self._closings = MarkerScan(CLOSING)
        self._open: Sighting | None = None

    def feed(self, block: Block) -> None:
        """Take the next block. A fence that the reasoning leaves open must not hide the end of it: closing tags count in code too."""
        if not (self._openings.passes(block.prose) and self._closings.passes(block.text)):
            self._take(self._openings.feed(block.prose, block.start), self._closings.feed(block.text, block.start))

    def flags(self) -> tuple[Flag, ...]:
        """Return nothing: the closing tag may still come."""
        return ()

    def finish(self, ending: Ending) -> tuple[Flag, ...]:
        """Return the flag of a tag that is still open."""
        self._take(self._openings.finish(), self._closings.finish())
        if self._open is None:
            return ()
        tier: Tier = "soft" if self._open.marker in self._prompt else "hard"
        return (Flag(flag="unclosed_reasoning", tier=tier, start=self._open.start, unit=shown_unit(self._open.marker)),)

    def _take(self, openings: Iterable[Sighting], closings: Iterable[Sighting]) -> None:
        """Go through the tags of both kinds in the order in which they stand in the text; both scans settle the same stretch of it."""
        for seen in merge(openings, closings, key=attrgetter("start")):
            if CLOSING.fullmatch(seen.marker):
                self._open = None
            elif self._open is None:
                self._open = seen
