"""Repeated wording: finds stretches of prose in which most runs of four words have been said a little earlier.

The share of repeated n-grams is Gopher's (Rae et al. 2021), here in a window that slides: a long answer may end in a loop, and what stands
further back is ordinary. At 0.60 songs and dialogues would be flagged beside true near loops: where lines are short, more is asked for.
"""

from collections import deque
from collections.abc import Iterable

from scoring.degeneration.repetition.prose_words import ProseWords
from scoring.degeneration.repetition.stretch import Stretch

GRAM_WORDS = 4
WINDOW_GRAMS = 128 - GRAM_WORDS + 1
MIN_GRAMS = 48
MIN_REPEATED = 0.60  # of the runs in the window: those beyond the first of their kind
LEAST_REPEATED = MIN_REPEATED * MIN_GRAMS
MIN_REPEATED_IN_VERSE = 0.75  # songs with refrains reach 0.70
MAX_VERSE_RUNS = 7  # in a line: songs and dialogues have fewer, the steps of a calculation that loops 8 or more
MAX_STRETCHES = 16  # remembered of one text


class RepeatedWording:
    """Collects the stretches of one text that go on repeating their wording."""

    def __init__(self) -> None:
        self.stretches: list[Stretch] = []
        self._prose = ProseWords()
        self._words: deque[str] = deque(maxlen=GRAM_WORDS)  # the last ones
        self._starts: deque[int] = deque(maxlen=GRAM_WORDS)  # their offsets
        self._grams: deque[tuple[int, int, str]] = deque()  # in the window: offset, number of the line, run of words
        self._counts: dict[str, int] = {}
        self._num_runs = 0  # in the window that are not empty
        self._is_open = False  # the last stretch still goes on

    def feed(self, prose: str, start: int) -> None:
        """Take the next block of prose."""
        self._take(self._prose.feed(prose, start))

    def finish(self) -> None:
        """Take the last word too."""
        self._take(self._prose.finish())

    def _take(self, words: Iterable[tuple[int, str]]) -> None:
        last, starts = self._words, self._starts
        for start, word in words:
            if not word:
                last.clear()
                starts.clear()
                self._slide(start, "")
                continue
            last.append(word)
            starts.append(start)
            if len(last) == GRAM_WORDS:
                self._slide(starts[0], " ".join(last))
                if self._num_runs - len(self._counts) >= LEAST_REPEATED:  # not so in most text
                    self._weigh(start + len(word))
                else:
                    self._is_open = False

    def _slide(self, start: int, gram: str) -> None:
        """Let a run of words into the window, and the oldest out. An empty run takes its place and never counts as repeated."""
        counts = self._counts
        self._grams.append((start, self._prose.num_lines, gram))
        if gram:
            self._num_runs += 1
            counts[gram] = counts.get(gram, 0) + 1
        if len(self._grams) > WINDOW_GRAMS:
            oldest = self._grams.popleft()[2]
            if oldest:
                self._num_runs -= 1
                if counts[oldest] == 1:
                    del counts[oldest]
                else:
                    counts[oldest] -= 1

    def _weigh(self, end: int) -> None:
        if not self._is_repetitive():
            self._is_open = False
        elif not self._is_open and len(self.stretches) < MAX_STRETCHES:
            self._is_open = True
            self.stretches.append(self._stretch(end))

    def _is_repetitive(self) -> bool:
        num_grams = len(self._grams)
        num_repeated = self._num_runs - len(self._counts)
        if num_grams < MIN_GRAMS or num_repeated < MIN_REPEATED * num_grams:
            return False
        num_lines = self._grams[-1][1] - self._grams[0][1] + 1
        is_verse = num_grams < MAX_VERSE_RUNS * num_lines
        return not is_verse or num_repeated >= MIN_REPEATED_IN_VERSE * num_grams

    def _stretch(self, end: int) -> Stretch:
        """Describe the window by the run of words that it repeats most."""
        unit = max(self._counts, key=self._counts.__getitem__)
        start = next(start for start, _, gram in self._grams if self._counts.get(gram, 0) > 1)
        return Stretch(start=start, end=end, unit=unit, period=None, copies=self._counts[unit])
