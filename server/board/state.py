"""From what the board remembers and the engine knows to what its page is sent."""

import math
import time
from collections.abc import Sequence

from server.board.board import Board
from server.board.score_history import AdapterHistory
from server.engine.protocol import AdapterStatus, Engine
from server.metrics.buckets import SCORE_BANDS
from server.wire.board_state import BoardAdapter, BoardState, FlagCount, LoadedAdapter, Minute, Quantiles


def describe_board(board: Board, engine: Engine, *, scorer: str, num_seen: int) -> BoardState:
    """Describe the board to a page that has seen the first `num_seen` answers."""
    load = engine.load()
    return BoardState(
        model=engine.models()[0].id,
        scorer=scorer,
        shows_text=board.shows_text,
        started=board.started,
        now=time.time(),
        is_ready=engine.is_ready(),
        num_running=load.num_running,
        num_waiting=load.num_waiting,
        tokens_by_second=board.tokens.read(board.second()),
        first_token_s=_find_quantiles(board.answers.first_token_times()),
        duration_s=_find_quantiles(board.answers.durations()),
        bands=SCORE_BANDS,
        adapters=_describe_adapters(board, engine.adapters.statuses()),
        num_answers=board.answers.num_noted,
        answers=board.answers.after(num_seen),
    )


def _describe_adapters(board: Board, statuses: Sequence[AdapterStatus]) -> tuple[BoardAdapter, ...]:
    minute = board.minute()
    histories = board.history.read(minute)
    loaded = {status.name: status for status in statuses}
    names = dict.fromkeys((None, *loaded, *histories))
    return tuple(_describe_adapter(name, loaded.get(name or ""), histories.get(name, AdapterHistory()), minute) for name in names)


def _describe_adapter(name: str | None, status: AdapterStatus | None, history: AdapterHistory, minute: int) -> BoardAdapter:
    total = history.total
    return BoardAdapter(
        name=name,
        loaded=None if status is None else _describe_loaded(status),
        num_answers=total.num_answers,
        num_hard=total.num_hard,
        num_soft=total.num_soft,
        mean_score=total.mean_score(),
        bands=total.counts_by_band(),
        flags=tuple(FlagCount(flag=flag, tier=tier, num_answers=num) for (flag, tier), num in total.flags.most_common()),
        minutes=tuple(
            Minute(age=minute - then, num_answers=tally.num_answers, mean_score=tally.sum_scores / tally.num_answers)
            for then, tally in history.minutes
        ),
    )


def _describe_loaded(status: AdapterStatus) -> LoadedAdapter:
    return LoadedAdapter(
        state=status.state,
        digest=status.digest,
        format=status.format,
        rank=status.rank,
        scale=status.scale,
        created=status.created,
        num_running=status.num_running,
        training=status.training,
    )


def _find_quantiles(values: Sequence[float]) -> Quantiles | None:
    """Give the smallest values that half and 95 % of all do not exceed."""
    if not values:
        return None
    ordered = sorted(values)
    return Quantiles(median=ordered[math.ceil(len(ordered) * 0.5) - 1], p95=ordered[math.ceil(len(ordered) * 0.95) - 1])
