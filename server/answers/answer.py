"""One answer in the making: what its run clocks and its watchers know of it."""

import time

import msgspec

from scoring.scores import Scores
from server.answers.spoken import SpokenPiece
from server.engine.protocol import Finish, Generation, Piece, ServedModel
from server.settings.values import DegenerationAction
from server.tools.reading.answer_parser import AnswerParser


class ScoringWish(msgspec.Struct, frozen=True, kw_only=True):
    """How a request wants its answer scored; None leaves the choice to the server."""

    prompt: str | None = None  # what was asked, where that is not the last user message
    scorer: str | None = None
    on_degeneration: DegenerationAction | None = None


class Answer:
    """The run notes each event here before its watchers hear of it. Times are `time.perf_counter`'s."""

    def __init__(
        self,
        generation: Generation,
        served: ServedModel,
        *,
        wish: ScoringWish | None = None,
        is_sibling: bool = False,
        parser: AnswerParser | None = None,
        arrived_s: float | None = None,
    ) -> None:
        self.generation = generation
        self.served = served  # who answers
        self.wish = wish or ScoringWish()
        self.is_sibling = is_sibling  # of another to the same prompt, which counts once
        self.parser = parser  # tells the calls of functions from what is said; None where nothing may be called
        self.num_calls = 0
        self.arrived_s = time.perf_counter() if arrived_s is None else arrived_s
        self.first_token_s: float | None = None
        self.last_token_s: float | None = None
        self.finish_s: float | None = None
        self.num_tokens = 0  # that have come
        self.finish: Finish | None = None
        self.is_cut = False  # the finish is the run's own, as the engine did not end it
        # Set by the scoring, which is the first to hear of the finish:
        self.scores: Scores | None = None  # by the request's scorer: what the response shows
        self.counted_scores: Scores | None = None  # by the server's own: what is counted, on one scale whatever requests ask for
        self.guard_flag: str | None = None  # at which the guard has told the engine to stop

    def note_piece(self, piece: Piece) -> None:
        """Clock a piece, and count the calls that begin in it."""
        if isinstance(piece, SpokenPiece):
            self.num_calls += piece.num_calls
        if not piece.token_ids:
            return
        self.last_token_s = time.perf_counter()
        if self.first_token_s is None:
            self.first_token_s = self.last_token_s
        self.num_tokens += len(piece.token_ids)

    @property
    def decode_time_s(self) -> float | None:
        """How long it took from the first token to the last that has come; None without a token."""
        if self.first_token_s is None or self.last_token_s is None:
            return None
        return self.last_token_s - self.first_token_s

    def note_finish(self, finish: Finish) -> None:
        """Clock the end."""
        self.finish = finish
        self.finish_s = time.perf_counter()


class Scored(msgspec.Struct, frozen=True, kw_only=True):
    """The end of an answer as a response shows it."""

    finish: Finish
    scores: Scores | None
