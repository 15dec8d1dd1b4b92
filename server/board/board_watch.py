"""Tells the board of an answer as it passes, whichever route asked for it."""

import math
import time

from scoring.scores import Scores
from server.answers.answer import Answer
from server.answers.outcome import Outcome
from server.board.answers import MAX_TEXT_CHARS
from server.board.board import Board
from server.engine.protocol import Finish, Piece
from server.wire.board_state import ShownAnswer, ShownFlag


class BoardWatch:
    """Tells of tokens as they come, and once, at its end, of the answer; it stands behind the scoring."""

    def __init__(self, board: Board, answer: Answer) -> None:
        self._board = board
        self._answer = answer
        self._texts: list[str] = []

    def piece(self, piece: Piece) -> None:
        """Count tokens."""
        self._board.count_tokens(len(piece.token_ids))
        if self._board.shows_text:
            self._texts.append(piece.text)

    def finish(self, finish: Finish) -> None:
        """Show an answer that has a score."""
        scores = self._answer.counted_scores
        if scores is not None and math.isfinite(scores.lek_score):
            text = "".join(self._texts) if self._board.shows_text else None
            self._board.note(_show(self._answer, finish, scores, text))

    def ended(self, how: Outcome, error: BaseException | None) -> None:
        """Do nothing: an answer that does not come to its end is not shown."""


def _show(answer: Answer, finish: Finish, scores: Scores, text: str | None) -> ShownAnswer:
    return ShownAnswer(
        id=answer.generation.id,
        time=time.time(),
        adapter=None if answer.served.parent is None else answer.served.id,
        lek_score=scores.lek_score,
        dimensions={name: value for name, value in scores.heuristic.items() if value},
        flags=tuple(ShownFlag(flag=flag.flag, tier=flag.tier, start=flag.start) for flag in scores.degeneration.flags),
        num_tokens=finish.num_completion_tokens,
        first_token_s=_since_arrival(answer, answer.first_token_s),
        duration_s=_since_arrival(answer, answer.finish_s) or 0.0,
        stopped_by=finish.stopped_by,
        text=text and text[:MAX_TEXT_CHARS],
        is_text_cut=text is not None and len(text) > MAX_TEXT_CHARS,
    )


def _since_arrival(answer: Answer, time_s: float | None) -> float | None:
    return None if time_s is None else time_s - answer.arrived_s
