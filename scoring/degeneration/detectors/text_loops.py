"""Token, phrase and block loops: the text repeats a unit back to back."""

from msgspec.structs import replace

from scoring.degeneration.detector import Block, Context, Ending
from scoring.degeneration.prompt.excuses import loop_tier
from scoring.degeneration.repetition.lag_tracker import LagTracker, Loop, LoopLimits
from scoring.degeneration.repetition.spans import MIN_SPAN_CHARS, MIN_SPAN_CODE_CHARS, MIN_SPAN_TABLE_CHARS, is_blank, span_needed
from scoring.degeneration.repetition.stretch import Stretch
from scoring.degeneration.words.refusal import has_refusal
from scoring.degeneration.words.unit import shown_unit
from scoring.scores import Flag, Tier

TEXT_LIMITS = LoopLimits(gram=24, stride=8, max_lag=4096, min_span=MIN_SPAN_CHARS, span_needed=span_needed)


def loop_names(unit: str) -> tuple[str, ...]:
    """Name a loop by the characters a copy, and once more where what it says over and over is a refusal."""
    period = len(unit)
    name = "token_loop" if period < 8 else "phrase_loop" if period < 200 else "block_loop"
    return ("refusal_loop", name) if has_refusal(unit + unit) else (name,)  # a loop may begin within the phrase


class TextLoops:
    """Flags each kind of loop once, where it first occurs."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._tracker = LagTracker(replace(TEXT_LIMITS, span_needed=self._span_needed))
        self._is_code = False  # the block at hand
        self._is_row: bool | None = None  # of a table, the line in which the block begins; None while it is blank
        self._names: dict[str, tuple[str, ...]] = {}  # by unit
        self._tiers: dict[str, Tier] = {}  # by unit: the prompt is searched once for each loop that is flagged

    def feed(self, block: Block) -> None:
        """Take the next block."""
        num_known = len(self._tracker.loops)
        self._is_code = block.prose != block.text
        self._tracker.feed(block.text)
        for loop in self._tracker.loops[num_known:]:
            self._names[loop.unit] = loop_names(loop.unit)
        self._read_line(block.text)

    def flags(self) -> tuple[Flag, ...]:
        """Return the loops so far, as long as they are so far."""
        if not self._tracker.loops:
            return ()
        first: dict[str, Loop] = {}
        for loop in self._tracker.loops:
            for name in self._names[loop.unit]:
                first.setdefault(name, loop)
        return tuple(self._flag(name, loop) for name, loop in first.items())

    def finish(self, ending: Ending) -> tuple[Flag, ...]:
        """Return the loops."""
        return self.flags()

    def stretches(self) -> list[Stretch]:
        """Return where the text loops, flagged or the second of its kind."""
        return [
            Stretch(start=loop.start, end=loop.start + loop.length, unit=loop.unit, period=loop.period, copies=loop.copies)
            for loop in self._tracker.loops
        ]

    def _span_needed(self, unit: str) -> int:
        """Ask for more where the text is code, and of what pads and rules the row of a table."""
        if self._is_row and is_blank(unit) and "\n" not in unit:
            return MIN_SPAN_TABLE_CHARS
        return max(span_needed(unit), MIN_SPAN_CODE_CHARS if self._is_code else 0)

    def _read_line(self, text: str) -> None:
        _, newline, line = text.rpartition("\n")
        if newline:
            self._is_row = None
        if self._is_row is None and line.strip():
            self._is_row = line.lstrip().startswith("|")

    def _flag(self, name: str, loop: Loop) -> Flag:
        if loop.unit not in self._tiers:
            self._tiers[loop.unit] = loop_tier(loop.unit, self._context)
        return Flag(
            flag=name,
            tier=self._tiers[loop.unit],
            start=loop.start,
            unit=shown_unit(loop.unit),
            period=loop.period,
            copies=round(loop.copies, 2),
        )
