"""What watches an answer pass: scoring with its guard, the metrics, the board, the traces."""

from collections.abc import Callable
from typing import Protocol

from server.answers.answer import Answer
from server.answers.outcome import Outcome
from server.engine.protocol import Finish, Piece


class Watcher(Protocol):
    """Hears of every event before whoever asked does, on the event loop, so it must be quick."""

    def piece(self, piece: Piece) -> None:
        """Take a piece; once a token."""
        ...

    def finish(self, finish: Finish) -> None:
        """Take the end of the answer; an answer that fails or is given up has none."""
        ...

    def ended(self, how: Outcome, error: BaseException | None) -> None:
        """Hear, once and last, how it went, when the last byte is out or nobody waits for one any more."""
        ...


Watch = Callable[[Answer], Watcher]  # begins to watch an answer that the engine has not been asked for yet
