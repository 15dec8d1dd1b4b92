"""Token, phrase and block loops: the text repeats a unit back to back."""

from scoring.degeneration.detector import Block, Context, Ending
from scoring.degeneration.excuses import loop_tier
from scoring.degeneration.lag_tracker import LagTracker, Loop, LoopLimits
from scoring.degeneration.unit import shown_unit
from scoring.scores import Flag, Tier

MIN_SPAN_CHARS = 80
MIN_SPAN_SHORT_UNIT_CHARS = 160  # `0, ` fills rows of a matrix
MIN_SPAN_CODE_CHARS = 240  # data, markup and unrolled code repeat themselves a few times; a model in a loop does not stop there
MIN_SPAN_RULE_CHARS = 400  # `---` and `| ` rule and frame tables
STRUCTURE = frozenset("{}[]<>|;=")


def span_needed(unit: str) -> int:
    """Say how long a loop of this unit must be: rules, frames, rows of zeros and rows of data are ordinary."""
    num_alphanumeric = sum(map(str.isalnum, unit))
    if num_alphanumeric == 0:
        return MIN_SPAN_RULE_CHARS
    if not STRUCTURE.isdisjoint(unit):
        return MIN_SPAN_CODE_CHARS
    return MIN_SPAN_SHORT_UNIT_CHARS if len(unit) <= 4 and num_alphanumeric <= 2 else MIN_SPAN_CHARS


TEXT_LIMITS = LoopLimits(gram=24, stride=8, max_lag=4096, min_span=MIN_SPAN_CHARS, span_needed=span_needed)


def loop_name(period: int) -> str:
    """Name a loop by the characters a copy."""
    if period < 8:
        return "token_loop"
    return "phrase_loop" if period < 200 else "block_loop"


class TextLoops:
    """Flags each kind of loop once, where it first occurs."""

    def __init__(self, context: Context) -> None:
        self._prompt = context.prompt
        self._tracker = LagTracker(TEXT_LIMITS)
        self._code_starts: set[int] = set()  # of the loops that are code
        self._tiers: dict[str, Tier] = {}  # by name: the prompt is searched once for each loop that is flagged

    def feed(self, block: Block) -> None:
        """Take the next block."""
        num_known = len(self._tracker.loops)
        self._tracker.feed(block.text)
        if block.prose != block.text:
            self._code_starts.update(loop.start for loop in self._tracker.loops[num_known:])

    def flags(self) -> tuple[Flag, ...]:
        """Return the loops so far, as long as they are so far."""
        if not self._tracker.loops:
            return ()
        first: dict[str, Loop] = {}
        for loop in self._tracker.loops:
            if loop.start not in self._code_starts or loop.length >= MIN_SPAN_CODE_CHARS:
                first.setdefault(loop_name(loop.period), loop)
        return tuple(self._flag(name, loop) for name, loop in first.items())

    def finish(self, ending: Ending) -> tuple[Flag, ...]:
        """Return the loops."""
        return self.flags()

    def _flag(self, name: str, loop: Loop) -> Flag:
        if name not in self._tiers:
            self._tiers[name] = loop_tier(loop.unit, self._prompt)
        return Flag(
            flag=name,
            tier=self._tiers[name],
            start=loop.start,
            unit=shown_unit(loop.unit),
            period=loop.period,
            copies=round(loop.copies, 2),
        )
