"""How many tokens of prompts a step may read beside the rows that decode: as many as they can bear to wait for.

Reading is measured in time, as it means something else on every machine: a step is given what the rows that decode have put by. Each of
their steps puts by most of the time it takes itself, so that under a steady load of prompts gaps between tokens stay
below three steps, and what nobody has used for a while is there for a burst of short prompts, which is read in one go.
"""

from collections.abc import Sequence

WAITING_SHARE = 0.75  # of a decoding step: what it puts by for reading
MOST_SAVED_S = 0.25  # the longest a burst may hold up the rows that decode, or
MOST_READING_S = 0.5  # the longest pass where nobody decodes, for which a request that comes meanwhile waits, or
MOST_STEPS = 8  # as many decoding steps, where they take longer: a slow model reads its weights anew in every pass
LONG_STEPS = 1.5  # decoding steps: the longest that prompts hold up which are not read in one go, as a short one may come behind them
SMALL_REST = 1.25  # of what a pass where nobody decodes may read: a rest so small would cost a pass of its own
FEWEST_TOKENS = 16  # so that prompts go on however slow the machine is
MOST_TOKENS = 4096  # so that a pass's memory has a bound
WEIGHT = 0.2  # of the newest measurement in a running mean


class Pace:
    """Learns from each step how long reading and decoding take."""

    def __init__(self) -> None:
        self._decode_s: float | None = None  # of a step that only decodes
        self._read_s: float | None = None  # a token
        self._saved_s = MOST_SAVED_S

    def budget(self, unread: Sequence[int], *, num_decoding: int) -> int:
        """Give the tokens that the next step may read of prompts of which `unread` are left."""
        if self._read_s is None:
            return MOST_TOKENS // 8
        if not num_decoding:
            most = self._tokens_in(max(MOST_READING_S, self._most_steps_s))
            return sum(unread) if sum(unread) <= min(SMALL_REST * most, MOST_TOKENS) else most
        burst = self._tokens_in(self._saved_s)
        steady = self._tokens_in(LONG_STEPS * (self._decode_s or 0.0))
        return min(burst, max(steady, sum(number for number in unread if number <= burst)))

    def _tokens_in(self, seconds: float) -> int:
        return max(FEWEST_TOKENS, min(MOST_TOKENS, int(seconds / (self._read_s or 1.0))))

    def note(self, *, spent_s: float, num_decoded: int, num_read: int) -> None:
        """Learn from a step that took `spent_s`."""
        decode_s = (self._decode_s or 0.0) if num_decoded else 0.0
        if num_read == 0:
            self._decode_s = _mean(self._decode_s, spent_s)
            self._save(WAITING_SHARE * spent_s)
            return
        reading_s = max(spent_s - decode_s, spent_s / 8)
        self._read_s = _mean(self._read_s, reading_s / num_read)
        # What decoding took in this step is put by as in any other; where nobody decoded, nobody has waited. What was read too much,
        # since reading on takes longer behind a longer prompt, is owed.
        self._saved_s = max(-LONG_STEPS * (self._decode_s or 0.0), self._saved_s - reading_s)
        self._save(WAITING_SHARE * (decode_s if num_decoded else reading_s))

    def rest(self) -> None:
        """Nothing runs: a burst that comes now has all that may be put by."""
        self._saved_s = self._most_saved_s

    @property
    def _most_saved_s(self) -> float:
        return max(MOST_SAVED_S, self._most_steps_s)

    @property
    def _most_steps_s(self) -> float:
        return MOST_STEPS * (self._decode_s or 0.0)

    def _save(self, seconds: float) -> None:
        self._saved_s = min(self._most_saved_s, self._saved_s + seconds)


def _mean(before: float | None, newest: float) -> float:
    return newest if before is None else before + WEIGHT * (newest - before)
