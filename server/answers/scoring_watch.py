"""Scores an answer as it passes, and is the guard that ends a broken one. A fault in it costs the answer its scores, never its text."""

import logging
import math
import time
from collections.abc import Callable
from typing import TypeVar

import msgspec

from scoring.scorer import Scorer
from scoring.scorers import find_scorer
from scoring.scores import Flag, Scores
from scoring.verdict import AnswerScoring
from server.answers.answer import Answer
from server.answers.outcome import SHUTDOWN, TIMEOUT, Outcome
from server.engine.protocol import Engine, Finish, Piece
from server.settings.values import DegenerationAction

log = logging.getLogger(__name__)

T = TypeVar("T")


class ScoringWatch:
    """Feeds an answer to its scoring; `spent_s` is the time that took, `has_failed` says that there will be no scores."""

    def __init__(self, answer: Answer, stage: "ScoringStage") -> None:
        self._answer = answer
        self._stage = stage
        self._may_stop = (answer.wish.on_degeneration or stage.on_degeneration) == "stop"
        self._scoring: AnswerScoring | None = None  # made with the first event: a prompt that the engine refuses is never looked at
        self._has_text = False
        self.spent_s = 0.0
        self.has_failed = False

    def piece(self, piece: Piece) -> None:
        """Take the next piece; at the first hard flag the engine is told to stop, where that is wanted."""

        self._has_text = self._has_text or bool(piece.text and piece.text.strip())

        def feed(scoring: AnswerScoring) -> Flag | None:
            scoring.feed(piece.text, piece.token_ids)
            return scoring.hard_flag

        hard_flag = self._try(feed)
        if hard_flag and self._may_stop:
            self._may_stop = False
            self._answer.guard_flag = hard_flag.flag
            self._stage.engine.stop(self._answer.generation.id, reason=hard_flag.flag)

    def finish(self, finish: Finish) -> None:
        """Give the answer its scores; one that is no number is for the metrics only, since nobody could read it.

        An answer that only calls functions says nothing and has none, nor has a prompt that is only read, nor an answer whose turn had
        not come when all were told to end.
        """

        def score(scoring: AnswerScoring) -> tuple[Scores, Scores]:
            scores = scoring.finish(finish_reason=finish.reason, num_tokens=finish.num_completion_tokens)
            return scores, self._rescore(scores, scoring.text)

        answer = self._answer
        has_no_turn = finish.stopped_by in (TIMEOUT, SHUTDOWN) and not finish.num_completion_tokens
        if has_no_turn or not answer.generation.max_tokens or (answer.num_calls and not self._has_text):
            return
        if both := self._try(score):
            scores, answer.counted_scores = both
            if math.isfinite(scores.lek_score):
                answer.scores = scores
            else:
                log.error("answer %s scores %s and goes out without scores", answer.generation.id, scores.lek_score)
        self._stage.observe(answer, self)

    def ended(self, how: Outcome, error: BaseException | None) -> None:
        """Do nothing: what is given up has no scores."""

    def _try(self, use: Callable[[AnswerScoring], T]) -> T | None:
        """Do something with the scoring and take the time; None if that is not possible any more."""
        if self.has_failed:
            return None
        began = time.perf_counter()
        try:
            if self._scoring is None:
                self._scoring = self._begin()
            return use(self._scoring)
        except Exception:
            # Broad: whatever the fault is, the answer itself is sound and is on its way.
            log.exception("answer %s cannot be scored and goes out without scores", self._answer.generation.id)
            self.has_failed = True
            return None
        finally:
            self.spent_s += time.perf_counter() - began

    def _begin(self) -> AnswerScoring:
        generation, wish = self._answer.generation, self._answer.wish
        asked = (message.content for message in reversed(generation.messages) if message.role == "user")
        return AnswerScoring(
            scorer=wish.scorer or self._stage.scorer.name,
            prompt=next(asked, "") if wish.prompt is None else wish.prompt,
            special_tokens=self._stage.engine.special_tokens,
            max_tokens=generation.max_tokens,
            is_constrained=generation.grammar is not None,
        )

    def _rescore(self, scores: Scores, text: str) -> Scores:
        """Give the scores of the same answer by the server's own scorer."""
        own: Scorer = self._stage.scorer
        if scores.scorer == own.name:
            return scores
        heuristic = own.score(text)
        return msgspec.structs.replace(
            scores, scorer=own.name, scorer_version=own.version, lek_score=heuristic.lek_score, heuristic=heuristic.dimensions
        )


class ScoringStage:
    """What the scoring of all answers has in common; `observe` is told how each went, when it has its scores.

    `scorer` and `on_degeneration` hold for requests that do not say, and what is counted is counted by `scorer`.
    """

    def __init__(
        self, engine: Engine, *, scorer: str, on_degeneration: DegenerationAction, observe: Callable[[Answer, ScoringWatch], None]
    ) -> None:
        self.engine = engine
        self.scorer = find_scorer(scorer)
        self.on_degeneration = on_degeneration
        self.observe = observe

    def watch(self, answer: Answer) -> ScoringWatch:
        """Begin with an answer."""
        return ScoringWatch(answer, self)
