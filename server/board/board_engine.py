"""An engine around the scoring engine, so that the board sees every answer pass, whichever route asked for it."""

import math
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing

from scoring.scores import Scores
from server.answers.wrapped_engine import WrappedEngine
from server.board.answers import MAX_TEXT_CHARS
from server.board.board import Board
from server.engine.protocol import Engine, Event, Finish, Generation, Piece
from server.wire.board_state import ShownAnswer, ShownFlag


class BoardEngine(WrappedEngine):
    """Tells the board of tokens as they come, and once, at its end, of an answer."""

    def __init__(self, engine: Engine, board: Board) -> None:
        super().__init__(engine)
        self._board = board

    async def generate(self, generation: Generation) -> AsyncGenerator[Event]:
        """Pass the answer on; one that does not come to its end is not noted."""
        board = self._board
        began = time.perf_counter()
        first_token_s: float | None = None
        texts: list[str] = []
        async with aclosing(self._engine.generate(generation)) as events:
            async for event in events:
                match event:
                    case Piece():
                        board.count_tokens(len(event.token_ids))
                        if first_token_s is None:
                            first_token_s = time.perf_counter() - began
                        if board.shows_text:
                            texts.append(event.text)
                    case Finish(counted_scores=Scores() as scores) if math.isfinite(scores.lek_score):
                        text = "".join(texts) if board.shows_text else None
                        spent_s = time.perf_counter() - began
                        board.note(_show(generation, event, scores, text, first_token_s=first_token_s, duration_s=spent_s))
                yield event


def _show(
    generation: Generation, finish: Finish, scores: Scores, text: str | None, *, first_token_s: float | None, duration_s: float
) -> ShownAnswer:
    return ShownAnswer(
        id=generation.id,
        time=time.time(),
        adapter=generation.adapter,
        lek_score=scores.lek_score,
        dimensions={name: value for name, value in scores.heuristic.items() if value},
        flags=tuple(ShownFlag(flag=flag.flag, tier=flag.tier, start=flag.start) for flag in scores.degeneration.flags),
        num_tokens=finish.num_completion_tokens,
        first_token_s=first_token_s,
        duration_s=duration_s,
        stopped_by=finish.stopped_by,
        text=text and text[:MAX_TEXT_CHARS],
        is_text_cut=text is not None and len(text) > MAX_TEXT_CHARS,
    )
