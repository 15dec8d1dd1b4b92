"""The answers that the board lists: the last ones that were scored, and no more than so many."""

from collections import deque
from collections.abc import Sequence
from itertools import islice

from server.wire.board_state import ShownAnswer

MAX_ANSWERS = 200
MAX_TEXT_CHARS = 4000  # of each, and only where the board may show text at all


class RecentAnswers:
    """Holds the last answers and counts all, so that a page that polls is sent only what it has not seen."""

    def __init__(self) -> None:
        self._answers: deque[ShownAnswer] = deque(maxlen=MAX_ANSWERS)
        self.num_noted = 0

    def note(self, answer: ShownAnswer) -> None:
        """Take the newest answer; the oldest goes."""
        self._answers.append(answer)
        self.num_noted += 1

    def after(self, num_seen: int) -> tuple[ShownAnswer, ...]:
        """List what came after the first `num_seen`, the newest first."""
        return tuple(islice(reversed(self._answers), max(0, self.num_noted - num_seen)))

    def first_token_times(self) -> Sequence[float]:
        """List the times to the first token that are kept, in s."""
        return [answer.first_token_s for answer in self._answers if answer.first_token_s is not None]

    def durations(self) -> Sequence[float]:
        """List how long the answers took, in s."""
        return [answer.duration_s for answer in self._answers]
