"""A tag that closes reasoning which nothing opened: the opening one stood in the template, so the reader sees the thinking."""

from scoring.degeneration.detector import Block
from scoring.degeneration.detectors.marker_scan import MarkerScan, Sighting
from scoring.degeneration.words.reasoning import CLOSING, OPENING
from scoring.degeneration.words.visible import visible_characters


class LoneClosing:
    """Keeps the first closing tag outside code that no opening one precedes, and sees whether an answer follows it."""

    def __init__(self) -> None:
        self._openings = MarkerScan(OPENING)
        self._closings = MarkerScan(CLOSING)
        self._is_opened = False
        self._lone: Sighting | None = None
        self._is_followed = False  # by anything visible

    def feed(self, block: Block) -> None:
        """Take the next block."""
        if self._is_opened or self._is_followed:
            return
        if self._lone is not None:
            self._follow(block.text)
        # An opening tag in a code span is spoken of, and so may the closing one be.
        self._take(list(self._openings.feed(block.text, block.start)), list(self._closings.feed(block.prose, block.start)))

    def finish(self) -> Sighting | None:
        """Return the lone tag that an answer follows."""
        self._take(list(self._openings.finish()), list(self._closings.finish()))
        return self._lone if self._is_followed else None

    def _take(self, openings: list[Sighting], closings: list[Sighting]) -> None:
        is_lone = closings and not self._is_opened and not (openings and openings[0].start < closings[0].start)
        if self._lone is None and is_lone:
            self._lone = closings[0]
            self._follow(self._lone.after)
        self._is_opened = self._is_opened or bool(openings)

    def _follow(self, text: str) -> None:
        self._is_followed = self._is_followed or bool(visible_characters(text, 1))
