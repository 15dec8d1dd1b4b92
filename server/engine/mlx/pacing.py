"""How many tokens of prompts a step may read beside the rows that decode: as many as they can bear to wait for.

Reading is measured in time, as it means something else on every machine: a step is given what the rows that decode have put by. Each of
their steps puts by most of the time it takes itself, so that under a steady load of prompts gaps between tokens stay below three steps, and
what nobody has used for a while is there for a burst of short prompts, which is read in one go.

Where as many rows wait as decode, all with short prompts, and nobody has been held up of late, all of them are better off with one long
pass than with many short ones, each of which reads the weights anew: it may take more than was put by, and comes again only when that is
there again.
"""

from collections.abc import Sequence

WAITING_SHARE = 0.75  # of a decoding step: what it puts by for reading
MOST_SAVED_S = 0.25  # the longest a burst may hold up the rows that decode, or
MOST_READING_S = 0.5  # the longest pass where nobody decodes, for which a request that comes meanwhile waits, or
MOST_STEPS = 8  # as many decoding steps, where they take longer: a slow model reads its weights anew in every pass
LONG_STEPS = 1.5  # decoding steps: the longest that prompts hold up which are not read in one go, as a short one may come behind them
SMALL_REST = 1.5  # of what a pass may read where nobody decodes, or as many wait: a rest so small would cost a pass of its own
FEWEST_TOKENS = 16  # so that prompts go on however slow the machine is
MOST_TOKENS = 4096  # so that a pass's memory has a bound
FIRST_LOGPROBS_COST = 4.0  # tokens read, for one whose log-probabilities are wanted, until it has been measured
WEIGHT = 0.2  # of the newest measurement in a running mean


class Pace:
    """Learns from each step how long reading and decoding take."""

    def __init__(self) -> None:
        self._decoding = DecodingTimes()
        self._reading = ReadingTime()
        self._logprobs = ReadingTime()
        self._saved_s = MOST_SAVED_S

    @property
    def logprobs_cost(self) -> float:
        """Give how many tokens are read in the time of one whose log-probabilities are wanted: itself, and the finding of them."""
        if not self._logprobs.is_known or not self._reading.is_known:
            return FIRST_LOGPROBS_COST
        return 1 + self._logprobs.token_s / self._reading.token_s

    def budget(self, unread: Sequence[int], *, num_decoding: int) -> int:
        """Give the tokens that the next step may read of prompts of which `unread` are left."""
        if not self._reading.is_known:
            return MOST_TOKENS // 8
        decode_s = self._decoding.find(num_decoding)
        most = self._reading.tokens_in(max(MOST_READING_S, MOST_STEPS * decode_s))
        if not num_decoding:
            return _with_small_rest(sum(unread), most)
        steady = self._reading.tokens_in(LONG_STEPS * decode_s)
        if len(unread) >= num_decoding and max(unread) <= steady and self._saved_s >= MOST_SAVED_S:
            return _with_small_rest(sum(unread), most)
        burst = self._reading.tokens_in(self._saved_s)
        return min(burst, max(steady, sum(number for number in unread if number <= burst)))

    def note(self, *, spent_s: float, num_decoded: int, num_read: int) -> None:
        """Learn from a step that took `spent_s`."""
        if num_read == 0:
            self._decoding.note(num_decoded, spent_s)
            self._save(WAITING_SHARE * spent_s, num_decoded)
            return
        decode_s = self._decoding.find(num_decoded)
        reading_s = max(spent_s - decode_s, spent_s / 8)
        self._reading.note(num_read, reading_s)
        if not num_decoded:  # nobody has waited
            return
        # What decoding took in this step is put by as in any other. What was read too much, since reading on takes longer behind a longer
        # prompt, is owed.
        self._saved_s = max(-LONG_STEPS * decode_s, self._saved_s - reading_s)
        self._save(WAITING_SHARE * decode_s, num_decoded)

    def note_logprobs(self, *, spent_s: float, num_decoded: int, num_found: int) -> None:
        """Learn how long the finding of log-probabilities took behind a step, which those that decode have waited for too."""
        if num_found:
            self._logprobs.note(num_found, spent_s)
        if num_decoded:
            self._saved_s = max(-LONG_STEPS * self._decoding.find(num_decoded), self._saved_s - spent_s)

    def rest(self) -> None:
        """Nothing runs: a burst that comes now has all that may be put by."""
        self._saved_s = self._most_saved_s(1)

    def _save(self, seconds: float, num_decoded: int) -> None:
        self._saved_s = min(self._most_saved_s(num_decoded), self._saved_s + seconds)

    def _most_saved_s(self, num_decoding: int) -> float:
        return max(MOST_SAVED_S, MOST_STEPS * self._decoding.find(num_decoding))


class DecodingTimes:
    """How long a step takes that only decodes, by the rows in it: one for about as many."""

    def __init__(self) -> None:
        self._means: dict[int, float] = {}  # seconds, by the binary digits of the number of rows

    def note(self, num_rows: int, spent_s: float) -> None:
        """Learn from a step."""
        before = self._means.get(num_rows.bit_length(), spent_s)
        self._means[num_rows.bit_length()] = before + WEIGHT * (spent_s - before)

    def find(self, num_rows: int) -> float:
        """Give the seconds of a step with so many rows: what is known of the nearest number, and of the larger of two; 0 where nothing is.

        Of no rows it is what a step takes before the first, which is nearly all that it takes with one: reading the weights.
        """
        wanted = num_rows.bit_length()
        nearest = min(self._means, key=lambda known: (abs(known - wanted), -known), default=None)
        return 0.0 if nearest is None else self._means[nearest]


class ReadingTime:
    """How long a token of a prompt takes, on top of what a step takes without any: of large steps more than of small ones."""

    def __init__(self) -> None:
        self._spent_s = 0.0
        self._num_tokens = 0.0

    @property
    def is_known(self) -> bool:
        """Whether anything has been read."""
        return self._num_tokens > 0

    @property
    def token_s(self) -> float:
        """The seconds of one."""
        return self._spent_s / self._num_tokens

    def note(self, num_tokens: int, spent_s: float) -> None:
        """Learn from a step."""
        self._spent_s = (1 - WEIGHT) * self._spent_s + spent_s
        self._num_tokens = (1 - WEIGHT) * self._num_tokens + num_tokens

    def tokens_in(self, seconds: float) -> int:
        """Give the tokens that a step may read in so long; always some, and never too many."""
        return max(FEWEST_TOKENS, min(MOST_TOKENS, int(seconds * self._num_tokens / self._spent_s)))


def _with_small_rest(num_unread: int, most: int) -> int:
    return num_unread if num_unread <= min(SMALL_REST * most, MOST_TOKENS) else most
