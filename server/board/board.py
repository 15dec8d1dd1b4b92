"""What the server remembers for its board: bounded, in memory, gone with the process."""

import time
from collections.abc import Callable

from server.board.answers import RecentAnswers
from server.board.score_history import ScoreHistory
from server.board.token_rate import TokenRate
from server.wire.board_state import ShownAnswer


class Board:
    """Told of every token and every scored answer, on the event loop's thread."""

    def __init__(self, *, shows_text: bool, clock: Callable[[], float] = time.monotonic) -> None:
        """Begin empty. Only with `shows_text` may answers be noted with their text."""
        self.shows_text = shows_text
        self.started = time.time()  # tells one run of the server from the next
        self.answers = RecentAnswers()
        self.history = ScoreHistory()
        self.tokens = TokenRate()
        self._clock = clock

    def second(self) -> int:
        """Give the running second, on a clock that nobody sets."""
        return int(self._clock())

    def minute(self) -> int:
        """Give the running minute."""
        return self.second() // 60

    def count_tokens(self, num_tokens: int) -> None:
        """Count tokens as they come."""
        self.tokens.count(num_tokens, int(self._clock()))

    def note(self, answer: ShownAnswer) -> None:
        """Take an answer that has just ended."""
        self.answers.note(answer)
        self.history.note(answer, self.minute())
