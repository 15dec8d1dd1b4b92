"""What `GET /board/state` answers: all that the board's page shows, and nothing of a prompt."""

from typing import Literal

import msgspec

from scoring.scores import Tier


class Quantiles(msgspec.Struct, frozen=True, kw_only=True):
    """Times of the last answers, in s."""

    median: float
    p95: float


class FlagCount(msgspec.Struct, frozen=True, kw_only=True):
    """Answers of the last hour that raised a flag."""

    flag: str
    tier: Tier
    num_answers: int


class Minute(msgspec.Struct, frozen=True, kw_only=True):
    """One minute's answers."""

    age: int  # in minutes; 0 is the one that runs
    num_answers: int
    mean_score: float


class LoadedAdapter(msgspec.Struct, frozen=True, kw_only=True):
    """What tells one adapter from another."""

    state: Literal["loaded", "evicted"]  # evicted: a request for it loads it again
    digest: str
    format: str
    rank: int
    scale: float
    created: int  # when it was loaded: Unix time, s
    num_running: int
    training: dict[str, int | float | str | None]  # as /v1/adapters has it


class BoardAdapter(msgspec.Struct, frozen=True, kw_only=True):
    """The base or an adapter, with its last hour."""

    name: str | None  # None is the base
    loaded: LoadedAdapter | None  # None for the base, and for an adapter that has gone
    num_answers: int
    num_hard: int  # answers with a hard flag
    num_soft: int  # with soft flags only
    mean_score: float | None
    bands: tuple[int, ...]  # answers by the state's bands
    flags: tuple[FlagCount, ...]  # the most frequent first
    minutes: tuple[Minute, ...]  # those that had answers, the oldest first


class ShownFlag(msgspec.Struct, frozen=True, kw_only=True):
    """A flag without its unit, which quotes the answer."""

    flag: str
    tier: Tier
    start: int | None  # character offset where it begins


class ShownAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What the board keeps of one answer."""

    id: str
    time: float  # when it ended: Unix time, s
    adapter: str | None  # None is the base
    lek_score: float
    dimensions: dict[str, float]  # those that are not zero
    flags: tuple[ShownFlag, ...]
    num_tokens: int
    first_token_s: float | None  # None where it had no token
    duration_s: float
    stopped_by: str | None  # the flag at which the guard ended it
    text: str | None = None  # its first characters, with --board-text
    is_text_cut: bool = False


class BoardState(msgspec.Struct, frozen=True, kw_only=True):
    """The board at one moment."""

    model: str  # the base's id
    scorer: str
    shows_text: bool
    started: float  # Unix time, s: another value is another run of the server, whose answers are counted anew
    now: float
    is_ready: bool
    num_running: int
    num_waiting: int
    tokens_by_second: tuple[int, ...]  # the last minute, the oldest first; the last second is not over
    first_token_s: Quantiles | None
    duration_s: Quantiles | None
    bands: tuple[str, ...]  # of the score, as in the metrics: low..high, the upper bound included
    adapters: tuple[BoardAdapter, ...]  # the base first, then as they were loaded, then those that have gone
    num_answers: int  # scored since the start
    answers: tuple[ShownAnswer, ...]  # what the page has not seen yet, the newest first
