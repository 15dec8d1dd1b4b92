"""The lag tracker: finds exact repetition, back to back, in one pass over a sequence of symbols.

Symbols are the characters of a `str`; token ids come as the characters of those code points. While no lag is followed, the last few symbols
are looked up among earlier ones; a hit gives a lag. The earlier place is then followed for as long as the symbols agree. Only every
`stride`-th position is remembered: a loop that agrees for `gram + stride` symbols passes one, and running backwards from there gives back
what was missed.
"""

from collections.abc import Callable

import msgspec

from scoring.degeneration.repetition.follower import Follower

MAX_LOOPS = 16  # remembered of one sequence; a sequence that loops in more ways is flagged already


class LoopLimits(msgspec.Struct, frozen=True, kw_only=True):
    """What counts as a loop, and how far back one is looked for. All lengths are in symbols."""

    gram: int  # compared to find a lag
    stride: int  # every so many positions one is remembered
    max_lag: int
    min_span: int
    span_needed: Callable[[str], int]  # by the unit; asked once a loop has enough copies and `min_span`


class Loop(msgspec.Struct, frozen=True, kw_only=True):
    """A unit repeated back to back."""

    start: int
    unit: str  # one primitive copy, whole
    length: int

    @property
    def period(self) -> int:
        """Symbols a copy."""
        return len(self.unit)

    @property
    def end(self) -> int:
        """The symbol after its last."""
        return self.start + self.length

    @property
    def copies(self) -> float:
        """How often the unit stands there, the last one perhaps cut short."""
        return self.length / len(self.unit)


def copies_needed(lag: int) -> int:
    """Say how many copies make a loop: the shorter the unit, the more often it repeats in ordinary text."""
    if lag < 8:
        return 8
    return 4 if lag < 60 else 3


class LagTracker(Follower):
    """Follows one sequence and collects its loops."""

    def __init__(self, limits: LoopLimits) -> None:
        super().__init__(max_lag=limits.max_lag, num_kept=2 * limits.max_lag + limits.gram)
        self.loops: list[Loop] = []
        self._limits = limits
        self._lag = 0  # 0 while none is followed
        self._loop_start = 0
        self._let_go: tuple[int, int, int] | None = None  # start, length and lag of the run followed last
        self._unit: str | None = None  # of the run being followed, once it has copies enough
        self._span_needed = 0
        self._is_recorded = False

    def feed(self, symbols: str) -> None:
        """Take the next symbols, any number of them."""
        self._take(symbols)
        if self._lag:
            self._judge()
        self._forget()

    def closing_loop(self) -> Loop | None:
        """Return what the sequence ends in, white space after it aside, where that is a unit twice over at least, however short."""
        run = (self._loop_start, self._next - self._loop_start, self._lag) if self._lag else self._let_go
        if run is None:
            return None
        start, length, lag = run
        begin = start - self._base
        if length < 2 * lag or begin + length < 2 * lag or not self._is_blank_from(begin + length):
            return None
        last = self.loops[-1] if self.loops else None
        if last and last.start == start and last.length == length:
            return last
        return Loop(start=start, unit=self._primitive_unit(start, length, lag), length=length)

    def _is_blank_from(self, begin: int) -> bool:
        rest = self._text[begin:]
        return not rest or rest.isspace()

    def _advance(self, end: int) -> None:
        if self._lag:
            self._follow(end)
        else:
            self._probe(end)

    def _probe(self, end: int) -> None:
        """Look each position up, and go on until one has been seen before."""
        text, base, limits = self._text, self._base, self._limits
        gram, stride, recent, older = limits.gram, limits.stride, self._recent, self._older
        for at in range(max(self._next + 1 - base, gram), end - base + 1):
            seen = text[at - gram : at]
            earlier = recent.get(seen) or (older.get(seen) if older else None)
            after = base + at
            if after % stride == 0:
                recent[seen] = after
            if earlier and after - earlier <= limits.max_lag:
                recent[seen] = after  # or an earlier burst of the same loop would be found again and again, in its place
                self._next = after
                self._lock(after - earlier)
                return
        self._next = end

    def _lock(self, lag: int) -> None:
        """Begin to follow a lag: make it the shortest that the gram agrees with, and run backwards to where it began."""
        text, after, gram = self._text, self._next - self._base, self._limits.gram
        seen = text[after - gram : after]
        for divisor in range(self._limits.stride, 1, -1):  # what was remembered may lie some copies back, never more than a stride
            shorter = lag // divisor
            if lag % divisor == 0 and text[after - gram - shorter : after - shorter] == seen:
                lag = shorter
                break
        start = after - gram - lag
        floor = max(0, start - self._credit)
        before = start
        while before > floor and text[before - 1] == text[before - 1 + lag]:
            before -= 1
        self._credit -= start - before
        self._lag, self._loop_start, self._unit, self._is_recorded = lag, self._base + before, None, False

    def _follow(self, end: int) -> None:
        """Go on for as long as the symbols agree with those one lag earlier; where they part, judge the run and let go."""
        begin = self._next - self._base
        new, old = self._text[begin:], self._text[begin - self._lag : end - self._base - self._lag]
        agree = len(new) if new == old else next(i for i, (a, b) in enumerate(zip(new, old, strict=True)) if a != b)
        self._remember(self._next + agree)
        self._next += agree
        if agree < len(new):
            self._judge()
            self._let_go = (self._loop_start, self._next - self._loop_start, self._lag)
            self._lag = 0

    def _remember(self, end: int) -> None:
        gram, stride, base = self._limits.gram, self._limits.stride, self._base
        for after in range(self._next + stride - self._next % stride, end + 1, stride):
            self._recent[self._text[after - base - gram : after - base]] = after

    def _judge(self) -> None:
        """Record the run being followed once it is a loop, and let the record grow with it."""
        length = self._next - self._loop_start
        if length < self._limits.min_span or length < self._lag * copies_needed(self._lag):
            return
        if self._unit is None:
            self._unit = self._primitive_unit(self._loop_start, length, self._lag)
            self._lag = len(self._unit)
            self._span_needed = self._limits.span_needed(self._unit)
        if length < self._span_needed:
            return
        loop = Loop(start=self._loop_start, unit=self._unit, length=length)
        if self._is_recorded:
            self.loops[-1] = loop
        elif len(self.loops) < MAX_LOOPS:
            self.loops.append(loop)
            self._is_recorded = True

    def _primitive_unit(self, start: int, length: int, lag: int) -> str:
        """Cut out the last whole copy, in step with the loop's start, and reduce it to what itself repeats."""
        begin = start + (length // lag - 1) * lag - self._base
        unit = self._text[begin : begin + lag]
        return unit[: (unit + unit).find(unit, 1)]
