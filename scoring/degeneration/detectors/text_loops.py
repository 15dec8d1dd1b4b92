"""Token, phrase and block loops: the text repeats a unit back to back."""

from collections.abc import Sequence

from msgspec.structs import replace

from scoring.degeneration.detector import Block, Context, Ending
from scoring.degeneration.prompt.asked_loops import loop_tier
from scoring.degeneration.repetition.broken_loops import join_broken
from scoring.degeneration.repetition.certainty import is_hint_at_end, is_sure, is_sure_as_answer, is_sure_at_end
from scoring.degeneration.repetition.lag_tracker import LagTracker, Loop, LoopLimits
from scoring.degeneration.repetition.spans import CELLS_SPAN, TABLE_SPAN, Span, chars_needed, span_needed, span_of
from scoring.degeneration.repetition.stretch import Stretch
from scoring.degeneration.repetition.unit_kinds import is_blank
from scoring.degeneration.words.refusal import has_refusal
from scoring.degeneration.words.unit import shown_unit
from scoring.scores import Flag, Tier

MAX_COPIES_TOLD = 12  # more excuse no less
MIN_SPAN = 24  # a few words of Chinese; how much is needed depends on the unit
TEXT_LIMITS = LoopLimits(gram=24, stride=8, max_lag=4096, min_span=MIN_SPAN, span_needed=span_needed)


def loop_names(unit: str) -> tuple[str, ...]:
    """Name a loop by the characters a copy, and once more where what it says over and over is a refusal."""
    period = len(unit)
    name = "token_loop" if period < 8 else "phrase_loop" if period < 200 else "block_loop"
    return ("refusal_loop", name) if has_refusal(unit + unit) else (name,)  # a loop may begin within the phrase


class TextLoops:
    """Flags each kind of loop once, where it first occurs.

    While the text runs, a loop is hard once it would be one whatever came after it. At the end of the answer less is needed of the loop it
    ends in, least where the limit cut it off; any other stays a hint.
    """

    def __init__(self, context: Context) -> None:
        self._context = context
        self._tracker = LagTracker(replace(TEXT_LIMITS, span_needed=self._span_needed))
        self._is_code = False  # the block at hand
        self._is_row: bool | None = None  # of a table, the line in which the block begins; None while it is blank
        self._first_visible: int | None = None  # character offset
        self._last: Loop | None = None  # the loop that the answer ends in, where that is worth a flag
        self._is_last_sure = False  # and makes it hard
        self._names: dict[str, tuple[str, ...]] = {}  # by unit
        self._spans: dict[str, Span] = {}  # by unit: how long it has to be where it stands
        self._tiers: dict[tuple[str, int], Tier] = {}  # by unit and copies: the prompt is searched for each loop that is hard without it

    def feed(self, block: Block) -> None:
        """Take the next block."""
        num_known = len(self._tracker.loops)
        self._is_code = block.prose != block.text
        if self._first_visible is None and (visible := block.text.lstrip()):
            self._first_visible = block.start + len(block.text) - len(visible)
        self._tracker.feed(block.text)
        for loop in self._tracker.loops[num_known:]:
            self._note(loop)
        self._read_line(block.text)

    def flags(self) -> tuple[Flag, ...]:
        """Return the loops so far, as long as they are so far."""
        if not self._tracker.loops and self._last is None:
            return ()
        first: dict[str, Flag] = {}
        for loop in join_broken(self._loops()):
            tier = self._tier(loop)
            for name in self._names[loop.unit]:
                if name not in first or (tier == "hard" and first[name].tier == "soft"):
                    first[name] = _flag(name, loop, tier)
        return tuple(first.values())

    def finish(self, ending: Ending) -> tuple[Flag, ...]:
        """Return the loops, having looked at the end."""
        last = self._tracker.closing_loop()
        if last:
            self._is_last_sure = self._is_sure_at_end(last, ending)
            if self._is_last_sure or is_hint_at_end(last, ending.end):
                self._last = last
                self._note(last)
        return self.flags()

    def stretches(self) -> list[Stretch]:
        """Return where the text loops, flagged or the second of its kind."""
        return [Stretch(start=loop.start, end=loop.end, unit=loop.unit, period=loop.period, copies=loop.copies) for loop in self._loops()]

    def _loops(self) -> Sequence[Loop]:
        loops = self._tracker.loops
        if self._last is None or (loops and loops[-1].start == self._last.start):
            return loops
        return [*loops, self._last]

    def _note(self, loop: Loop) -> None:
        if loop.unit not in self._names:
            self._names[loop.unit] = loop_names(loop.unit)
            self._spans[loop.unit] = self._span(loop.unit)

    def _span_needed(self, unit: str) -> int:
        return chars_needed(unit, self._span(unit).hint)

    def _span(self, unit: str) -> Span:
        """Ask for more where the text is code, and of what pads and rules the row of a table."""
        if self._is_row and "\n" not in unit:
            return TABLE_SPAN if is_blank(unit) and "|" not in unit else CELLS_SPAN  # a bar opens one more cell
        return span_of(unit, is_code=self._is_code)

    def _is_sure_at_end(self, loop: Loop, ending: Ending) -> bool:
        end = ending.end
        if self._first_visible is not None and loop.start <= self._first_visible and is_sure_as_answer(loop, end):
            return True
        return is_sure_at_end(loop, self._span(loop.unit), end)

    def _read_line(self, text: str) -> None:
        _, newline, line = text.rpartition("\n")
        if newline:
            self._is_row = None
        if self._is_row is None and line.strip():
            self._is_row = line.lstrip().startswith("|")

    def _tier(self, loop: Loop) -> Tier:
        is_sure_last = self._is_last_sure and self._last is not None and loop.end == self._last.end
        if not is_sure_last and not is_sure(loop, self._spans[loop.unit]):
            return "soft"
        key = loop.unit, min(int(loop.copies), MAX_COPIES_TOLD)
        if key not in self._tiers:
            self._tiers[key] = loop_tier(loop.unit, self._context, loop.copies)
        return self._tiers[key]


def _flag(name: str, loop: Loop, tier: Tier) -> Flag:
    return Flag(flag=name, tier=tier, start=loop.start, unit=shown_unit(loop.unit), period=loop.period, copies=round(loop.copies, 2))
