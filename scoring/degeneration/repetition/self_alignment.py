"""Self-alignment: finds the lags at which a text nearly repeats itself, in one pass.

The folded text is laid against itself one lag earlier, for as long as the score holds up: +1 where characters agree, -4 where they do not,
the end where the score has dropped by 20 from its best (the X-drop of BLAST). Lags to try come from grams that occur twice: each position
is looked up, every fourth one is remembered. Noise of 5 % leaves one gram in three whole, and a loop has dozens.
"""

from collections.abc import Callable

import msgspec

from scoring.degeneration.repetition.folding import fold
from scoring.degeneration.repetition.follower import Follower
from scoring.degeneration.repetition.lag_tracker import copies_needed
from scoring.degeneration.repetition.spans import MIN_SPAN_CHARS
from scoring.degeneration.repetition.stretch import Stretch

GRAM_CHARS = 10  # shorter ones recur by chance, longer ones seldom survive noise
STRIDE_CHARS = 4
MAX_LAG_CHARS = 1024  # four paragraphs; longer blocks are left to the lag tracker
WINDOW_CHARS = 5 * MAX_LAG_CHARS  # all of the copies that are judged, at most lags
MATCH, MISMATCH, MAX_DROP = 1, -4, 20  # an agreement of 0.8 breaks even: noise of 5 % leaves 0.9, unlike text 0.1
MIN_SCORE = 40  # half of the least span
MIN_COPIES = 3
FRAYED_COPIES = 0.5  # that noise may eat away from the ends
JUDGED_COPIES = 6  # the last ones: more cost more and tell no more
MIN_JUDGED_CHARS = 240
MAX_DIVISOR = 8  # of a lag that spans several copies
MAX_LOST_AGREEMENT = 0.1  # where it is divided: copies at half the lag agree as well, half copies do not
MAX_STRETCHES = 16  # remembered of one text


def length_needed(lag: int) -> int:
    """Return the least length of a near loop: three copies, and no fewer than an exact one has, the outer ones frayed."""
    return max(MIN_SPAN_CHARS, round(lag * max(MIN_COPIES, copies_needed(lag) - FRAYED_COPIES)))


class Alignment(msgspec.Struct):
    """A lag being followed, and how well the text agrees at it. Offsets are characters of the whole text."""

    lag: int
    start: int  # of the first copy
    score: int
    best: int  # the score at `end`
    end: int
    judged_until: int
    is_near_loop: bool = False


# Says whether the last copies of a stretch are a near loop: those copies, their period, and the length of the whole stretch.
Judge = Callable[[str, int, int], bool]


class SelfAlignment(Follower):
    """Collects the stretches of one text that nearly repeat."""

    def __init__(self, judge: Judge) -> None:
        super().__init__(max_lag=MAX_LAG_CHARS, num_kept=WINDOW_CHARS)
        self.stretches: list[Stretch] = []
        self._judge = judge
        self._folded = ""  # the characters at hand, letter for letter
        self._alignment: Alignment | None = None

    def feed(self, text: str) -> None:
        """Take the next characters, any number of them."""
        self._folded += fold(text)
        self._take(text)
        if surplus := self._forget():
            self._folded = self._folded[surplus:]

    def last(self, num_chars: int) -> tuple[int, str]:
        """Return the last characters, at most that many, and the offset of the first."""
        text = self._text[-num_chars:]
        return self._base + len(self._text) - len(text), text

    def finish(self) -> None:
        """Judge what the end of the text has cut short."""
        if self._alignment:
            self._weigh(self._alignment)

    def _advance(self, end: int) -> None:
        if self._alignment is None:
            self._probe(end)
        else:
            self._follow(self._alignment, end)

    def _probe(self, end: int) -> None:
        """Look each position up, and go on until one has been seen before."""
        text, folded, base, recent, older = self._text, self._folded, self._base, self._recent, self._older
        for at in range(max(self._next + 1 - base, GRAM_CHARS), end - base + 1):
            gram = folded[at - GRAM_CHARS : at]
            if not gram.islower():  # as in `_gram`, without the call
                gram = text[at - GRAM_CHARS : at]
            earlier = recent.get(gram) or (older.get(gram) if older else None)
            after = base + at
            if after % STRIDE_CHARS == 0:
                recent[gram] = after
            if earlier and after - earlier <= MAX_LAG_CHARS and any(map(str.isalnum, gram)):
                recent[gram] = after  # or an earlier burst of the same loop would be found again and again, in its place
                self._next = after
                self._alignment = self._align(after - earlier)
                return
        self._next = end

    def _gram(self, after: int) -> str:
        """Cut out what stands before a position; numbers without a letter beside them are told apart by their digits."""
        end = after - self._base
        gram = self._folded[end - GRAM_CHARS : end]
        return gram if gram.islower() else self._text[end - GRAM_CHARS : end]

    def _align(self, lag: int) -> Alignment:
        """Begin to follow a lag: run backwards from the gram to where the agreement began."""
        folded = self._folded
        first = begin = at = self._next - self._base - GRAM_CHARS
        floor = max(lag, begin - self._credit)
        score = best = GRAM_CHARS * MATCH
        while at > floor and score >= best - MAX_DROP:
            at -= 1
            score += MATCH if folded[at] == folded[at - lag] else MISMATCH
            if score > best:
                best, first = score, at
        self._credit -= begin - at
        start = self._base + first - lag
        return Alignment(lag=lag, start=start, score=best, best=best, end=self._next, judged_until=start)

    def _follow(self, alignment: Alignment, end: int) -> None:
        """Go on for as long as the score holds up; judge what has grown enough, and let go where it ends."""
        begin, lag = self._next - self._base, alignment.lag
        new, old = self._folded[begin:], self._folded[begin - lag : end - self._base - lag]
        score, best, best_end, at = alignment.score, alignment.best, alignment.end, self._next
        for a, b in zip(new, old, strict=True):
            at += 1
            if a == b:
                score += MATCH
                if score > best:
                    best, best_end = score, at
            else:
                score += MISMATCH
                if score < best - MAX_DROP:
                    break
        self._remember(at)
        self._next = at
        alignment.score, alignment.best, alignment.end = score, best, best_end
        is_over = score < best - MAX_DROP
        if is_over or best_end - alignment.judged_until >= length_needed(lag):
            self._weigh(alignment)
        if is_over:
            self._alignment = None

    def _remember(self, end: int) -> None:
        first = max(self._next + STRIDE_CHARS - self._next % STRIDE_CHARS, self._base + GRAM_CHARS)
        for after in range(first, end + 1, STRIDE_CHARS):
            self._recent[self._gram(after)] = after

    def _weigh(self, alignment: Alignment) -> None:
        """Record the alignment once it is long enough and judged a near loop, and let the record grow with it."""
        length = alignment.end - alignment.start
        if not alignment.is_near_loop:
            if alignment.best < MIN_SCORE or length < length_needed(alignment.lag):
                return
            alignment.judged_until = alignment.end
            alignment.lag = self._shortest_lag(alignment)
            alignment.is_near_loop = length >= length_needed(alignment.lag) and self._judge(*self._last_copies(alignment))
        if alignment.is_near_loop:
            self._record(alignment)

    def _last_copies(self, alignment: Alignment) -> tuple[str, int, int]:
        length, end = alignment.end - alignment.start, alignment.end - self._base
        num_chars = min(length, max(JUDGED_COPIES * alignment.lag, MIN_JUDGED_CHARS), end)
        return self._text[end - num_chars : end], alignment.lag, length

    def _shortest_lag(self, alignment: Alignment) -> int:
        """Divide a lag that spans several copies: noise may have hidden the nearest one from the grams."""
        copies, lag, _ = self._last_copies(alignment)
        copies = copies.lower()
        least = _agreement(copies, lag) - MAX_LOST_AGREEMENT
        shorter = (lag // divisor for divisor in range(MAX_DIVISOR, 1, -1) if lag % divisor == 0)
        return next((part for part in shorter if _agreement(copies, part) >= least), lag)

    def _record(self, alignment: Alignment) -> None:
        """What begins where the last stretch ended is the same loop, whose copies have changed their length."""
        last = self.stretches[-1] if self.stretches else None
        if last and alignment.start <= last.end:
            copies = last.copies + (alignment.end - last.end) / alignment.lag
            self.stretches[-1] = msgspec.structs.replace(last, end=alignment.end, copies=copies)
        elif len(self.stretches) < MAX_STRETCHES:
            start, end, lag = alignment.start, alignment.end, alignment.lag
            first = start - self._base if start >= self._base else (start - self._base) % lag  # whole copy that is still at hand
            unit = self._text[first : first + lag]
            self.stretches.append(Stretch(start=start, end=end, unit=unit, period=lag, copies=(end - start) / lag))


def _agreement(text: str, lag: int) -> float:
    """Return the share of the characters that are what they were one lag earlier."""
    return sum(map(str.__eq__, text[lag:], text)) / (len(text) - lag)
