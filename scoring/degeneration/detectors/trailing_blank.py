"""Blank to the limit: an answer is done, and newlines or spaces follow until it is cut off."""

from scoring.degeneration.detector import Block, Ending
from scoring.degeneration.detectors.text_loops import TextLoops
from scoring.degeneration.repetition.stretch import Stretch
from scoring.degeneration.words.unit import shown_unit
from scoring.scores import Flag

MIN_CHARS_CUT_OFF = 60  # where the limit ended it
MIN_CHARS = 100  # where it ended otherwise
MAX_UNIT_CHARS = 2  # shown of it: one line break and what may stand beside it


class TrailingBlank:
    """Flags white space that follows an answer at length, as the loop it is, unless it has been flagged as one already."""

    def __init__(self, text_loops: TextLoops) -> None:
        self._text_loops = text_loops
        self._num_blank = 0  # characters at the end of the text
        self._end = 0
        self._unit = ""
        self._line = ""  # the beginning of the last line with anything on it

    def feed(self, block: Block) -> None:
        """Take the next block."""
        num_blank = len(block.text) - len(block.text.rstrip())
        self._end = block.start + len(block.text)
        self._num_blank = num_blank + (self._num_blank if num_blank == len(block.text) else 0)
        self._unit = block.text[-MAX_UNIT_CHARS:] if num_blank else ""
        self._line = (self._line + block.text.rstrip()).rpartition("\n")[2].lstrip()[:1]

    def flags(self) -> tuple[Flag, ...]:
        """Return nothing: the answer may go on, and a long run is a loop while it runs."""
        return ()

    def finish(self, ending: Ending) -> tuple[Flag, ...]:
        """Return the flag of an answer that nothing follows for too long."""
        start = self._end - self._num_blank
        needed = MIN_CHARS_CUT_OFF if ending.end == "cut" else MIN_CHARS
        is_cell = self._line == "|" and "\n" not in self._unit  # of a wide table, cut off
        if start == 0 or self._num_blank < needed or is_cell or self._is_flagged(start):
            return ()
        unit = "\n" if set(self._unit) == {"\n"} else self._unit
        copies = self._num_blank / len(unit)
        return (Flag(flag="token_loop", tier="hard", start=start, unit=shown_unit(unit), period=len(unit), copies=round(copies, 2)),)

    def _is_flagged(self, start: int) -> bool:
        blank = Stretch(start=start, end=self._end, unit=self._unit, period=None, copies=1.0)
        return any(stretch.overlaps(blank) for stretch in self._text_loops.stretches())
