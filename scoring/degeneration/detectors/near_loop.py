"""Near loops: a unit repeated with a counter, with noise or in other words, `step 1 is … step 2 is …`."""

from msgspec.structs import replace

from scoring.degeneration.detector import Block, Context, Ending
from scoring.degeneration.detectors.text_loops import TextLoops
from scoring.degeneration.prompt.asked_loops import loop_tier
from scoring.degeneration.repetition.closing_loop import MAX_CHARS, find_closing_loop
from scoring.degeneration.repetition.near_copies import are_near_loop
from scoring.degeneration.repetition.repeated_wording import RepeatedWording
from scoring.degeneration.repetition.self_alignment import SelfAlignment, length_needed
from scoring.degeneration.repetition.stretch import Stretch
from scoring.degeneration.repetition.worn_end import find_worn_end
from scoring.degeneration.words.unit import shown_unit
from scoring.scores import Flag


class NearLoop:
    """Flags the first near loop outside exact loops: there, `TextLoops` says more and is surer."""

    def __init__(self, context: Context, exact: TextLoops) -> None:
        self._context = context
        self._exact = exact
        self._alignment = SelfAlignment(self._judge)  # on any text
        self._wording = RepeatedWording()  # on prose
        self._is_code = False

    def feed(self, block: Block) -> None:
        """Take the next block."""
        self._is_code = block.prose != block.text
        self._alignment.feed(block.text)
        self._wording.feed(block.prose, block.start)

    def flags(self) -> tuple[Flag, ...]:
        """Return nothing: the hint may turn out to be the beginning of an exact loop."""
        return ()

    def finish(self, ending: Ending) -> tuple[Flag, ...]:
        """Return the flag of the first stretch."""
        self._alignment.finish()
        self._wording.finish()
        found = filter(None, map(self._apart_from_exact, (*self._alignment.stretches, *self._wording.stretches)))
        first = min(found, key=lambda stretch: stretch.start, default=None) or self._closing_loop(ending)
        if first is None:
            return ()
        copies = round(first.copies, 2)
        return (Flag(flag="near_loop", tier="soft", start=first.start, unit=shown_unit(first.unit), period=first.period, copies=copies),)

    def _apart_from_exact(self, stretch: Stretch) -> Stretch | None:
        """Cut a stretch where an exact loop begins; None where too little comes before."""
        end = min((exact.start for exact in self._exact.stretches() if exact.overlaps(stretch)), default=stretch.end)
        if end == stretch.end:
            return stretch
        if stretch.period is None or end - stretch.start < length_needed(stretch.period):
            return None
        return replace(stretch, end=end, copies=(end - stretch.start) / stretch.period)

    def _closing_loop(self, ending: Ending) -> Stretch | None:
        """Look at the end of an answer in which nothing else was found, and which was not asked to repeat itself."""
        if self._exact.flags():
            return None
        base, text = self._alignment.last(MAX_CHARS)
        found = find_closing_loop(text, is_code=self._is_code, is_cut_off=ending.end == "cut")
        if found and loop_tier(found.unit, self._context) == "soft":
            found = None
        if found is None and ending.end == "cut":  # also of what was asked for: this has no end
            found = find_worn_end(text, is_code=self._is_code)
        if found is None:
            return None
        return replace(found, start=base + found.start, end=base + found.end)

    def _judge(self, copies: str, period: int, length: int) -> bool:
        return are_near_loop(copies, period, length, is_code=self._is_code)
