"""Reasoning that never ends: `<think>` is opened and never closed, so nothing after it is an answer."""

from collections.abc import Iterable
from heapq import merge

from scoring.degeneration.detector import Block, Context, Ending
from scoring.degeneration.detectors.markers import MarkerScan
from scoring.degeneration.words.reasoning import CLOSING, OPENING
from scoring.degeneration.words.unit import shown_unit
from scoring.scores import Flag, Tier


class UnclosedReasoning:
    """Flags the first opening tag outside code after which none closes: hard, unless the prompt names the tag and may ask about it."""

    def __init__(self, context: Context) -> None:
        self._prompt = context.prompt or ""
        self._openings = MarkerScan(OPENING)
        self._closings = MarkerScan(CLOSING)
        self._open: tuple[int, str] | None = None  # offset and text of the tag

    def feed(self, block: Block) -> None:
        """Take the next block. A fence that the reasoning leaves open must not hide the end of it: closing tags count in code too."""
        self._take(self._openings.feed(block.prose, block.start), self._closings.feed(block.text, block.start))

    def flags(self) -> tuple[Flag, ...]:
        """Return nothing: the closing tag may still come."""
        return ()

    def finish(self, ending: Ending) -> tuple[Flag, ...]:
        """Return the flag of a tag that is still open."""
        self._take(self._openings.finish(), self._closings.finish())
        if self._open is None:
            return ()
        start, tag = self._open
        tier: Tier = "soft" if tag in self._prompt else "hard"
        return (Flag(flag="unclosed_reasoning", tier=tier, start=start, unit=shown_unit(tag)),)

    def _take(self, openings: Iterable[tuple[int, str]], closings: Iterable[tuple[int, str]]) -> None:
        """Go through the tags of both kinds in the order in which they stand in the text; both scans settle the same stretch of it."""
        for start, tag in merge(openings, closings):
            if CLOSING.fullmatch(tag):
                self._open = None
            elif self._open is None:
                self._open = (start, tag)
