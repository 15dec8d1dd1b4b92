"""What is said to the engine's thread (orders) and what it says back (news)."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future

import msgspec

from server.engine.errors import AdapterWithdrawn, EngineUnavailable, InvalidGeneration, RowFailed
from server.engine.mlx.row import Row
from server.engine.mlx.runtime import Runtime
from server.engine.protocol import Finish, FinishReason, Piece, PromptRead


class Insert(msgspec.Struct, frozen=True):
    """Let these rows join, at the same step if there is room."""

    rows: tuple[Row, ...]


class Cancel(msgspec.Struct, frozen=True):
    """Take this row out; its stream is gone."""

    row_id: str


class StopRow(msgspec.Struct, frozen=True):
    """End this row with what it has drawn, as `finish`, and name `reason` as what stopped it."""

    row_id: str
    reason: str
    finish: FinishReason


class Call(msgspec.Struct, frozen=True):
    """Call `function` with the runtime between two steps; `future` takes what it returns or raises."""

    function: Callable[[Runtime], object]
    future: Future[object]


class Stop(msgspec.Struct, frozen=True):
    """End the thread; rows still there are lost."""


class Started(msgspec.Struct, frozen=True):
    """A row has left the queue for the batch."""


Order = Insert | Cancel | StopRow | Call | Stop
News = Started | PromptRead | Piece | Finish | InvalidGeneration | RowFailed | EngineUnavailable | AdapterWithdrawn
Deliver = Callable[[Sequence[tuple[str, News]]], None]  # row ids with what happened to them, once a step
