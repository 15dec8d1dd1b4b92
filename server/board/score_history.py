"""The last hour's scores and flags, counted by adapter and minute."""

from collections import Counter, OrderedDict, deque
from collections.abc import Iterable

from scoring.scores import Tier
from server.metrics.buckets import SCORE_BANDS, score_band
from server.wire.board_state import ShownAnswer

NUM_MINUTES = 60
MAX_ADAPTERS = 256  # beyond, the one that has been silent longest is forgotten


class Tally:
    """The answers of one adapter over some time, added up."""

    def __init__(self) -> None:
        self.num_answers = 0
        self.num_hard = 0  # answers with a hard flag
        self.num_soft = 0  # with soft flags only
        self.sum_scores = 0.0
        self.bands: Counter[str] = Counter()
        self.flags: Counter[tuple[str, Tier]] = Counter()

    def add(self, answer: ShownAnswer) -> None:
        """Count an answer; one that raises a flag twice counts once for it."""
        self.num_answers += 1
        self.sum_scores += answer.lek_score
        self.bands[score_band(answer.lek_score)] += 1
        if not answer.flags:
            return
        if any(flag.tier == "hard" for flag in answer.flags):
            self.num_hard += 1
        else:
            self.num_soft += 1
        self.flags.update({(flag.flag, flag.tier) for flag in answer.flags})

    def mean_score(self) -> float | None:
        """Give the mean score; None without an answer."""
        return self.sum_scores / self.num_answers if self.num_answers else None

    def counts_by_band(self) -> tuple[int, ...]:
        """Count the answers by `SCORE_BANDS`."""
        return tuple(self.bands[band] for band in SCORE_BANDS)


class AdapterHistory:
    """One adapter's minutes that had answers, the oldest first, and their sum."""

    def __init__(self) -> None:
        self.minutes: deque[tuple[int, Tally]] = deque()
        self.total = Tally()

    def add(self, answer: ShownAnswer, minute: int) -> None:
        """Count an answer in its minute."""
        if not self.minutes or self.minutes[-1][0] != minute:
            self.minutes.append((minute, Tally()))
        self.minutes[-1][1].add(answer)
        self.total.add(answer)

    def forget_before(self, minute: int) -> None:
        """Drop the minutes that are over."""
        is_stale = False
        while self.minutes and self.minutes[0][0] < minute:
            self.minutes.popleft()
            is_stale = True
        if is_stale:
            # Added up anew: sums of floats that are only ever subtracted from drift.
            self.total = _add_up(tally for _, tally in self.minutes)


class ScoreHistory:
    """Knows the adapters that answered within the last hour; None is the base."""

    def __init__(self) -> None:
        self._adapters: OrderedDict[str | None, AdapterHistory] = OrderedDict()

    def note(self, answer: ShownAnswer, minute: int) -> None:
        """Count an answer that ended in `minute`, which never falls."""
        history = self._adapters.setdefault(answer.adapter, AdapterHistory())
        self._adapters.move_to_end(answer.adapter)
        history.forget_before(minute - NUM_MINUTES + 1)
        history.add(answer, minute)
        if len(self._adapters) > MAX_ADAPTERS:
            self._adapters.popitem(last=False)

    def read(self, minute: int) -> dict[str | None, AdapterHistory]:
        """Give what is there in `minute`, without what is over."""
        for history in self._adapters.values():
            history.forget_before(minute - NUM_MINUTES + 1)
        for name in [name for name, history in self._adapters.items() if not history.minutes]:
            del self._adapters[name]
        return dict(self._adapters)


def _add_up(tallies: Iterable[Tally]) -> Tally:
    total = Tally()
    for tally in tallies:
        total.num_answers += tally.num_answers
        total.num_hard += tally.num_hard
        total.num_soft += tally.num_soft
        total.sum_scores += tally.sum_scores
        total.bands += tally.bands
        total.flags += tally.flags
    return total
