"""What scoring sees of one answer. A fault in it costs the answer its scores, never its text."""

import logging
import math
import time
from collections.abc import Callable
from typing import TypeVar

import msgspec

from scoring.scorer import Scorer
from scoring.scores import Flag, Scores
from scoring.verdict import AnswerScoring
from server.engine.protocol import Finish, Generation, Piece

log = logging.getLogger(__name__)

T = TypeVar("T")


class AnswerWatch:
    """Feeds an answer to its scoring; `spent_s` is the time that took, `has_failed` says that there will be no scores."""

    def __init__(self, generation: Generation, *, default_scorer: Scorer, special_tokens: frozenset[str]) -> None:
        """Begin; the metrics count by `default_scorer`, and a request that names none is scored by it."""
        self._generation = generation
        self._default_scorer = default_scorer
        self._special_tokens = special_tokens
        self._scoring: AnswerScoring | None = None  # made with the first event: a prompt that the engine refuses is never looked at
        self.spent_s = 0.0
        self.has_failed = False

    def feed(self, piece: Piece) -> Flag | None:
        """Take the next piece; give the first hard flag there is so far."""

        def feed(scoring: AnswerScoring) -> Flag | None:
            scoring.feed(piece.text, piece.token_ids)
            return scoring.hard_flag

        return self._try(feed)

    def finish(self, finish: Finish) -> Finish:
        """Put the scores on the end of the answer; one that is no number is for the metrics only, since nobody could read it."""

        def score(scoring: AnswerScoring) -> tuple[Scores, Scores]:
            scores = scoring.finish(finish_reason=finish.reason, num_tokens=finish.num_completion_tokens)
            return scores, self._rescore(scores, scoring.text)

        if (both := self._try(score)) is None:
            return finish
        scores, counted_scores = both
        if not math.isfinite(scores.lek_score):
            log.error("answer %s scores %s and goes out without scores", self._generation.id, scores.lek_score)
            return msgspec.structs.replace(finish, counted_scores=counted_scores)
        return msgspec.structs.replace(finish, scores=scores, counted_scores=counted_scores)

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
            log.exception("answer %s cannot be scored and goes out without scores", self._generation.id)
            self.has_failed = True
            return None
        finally:
            self.spent_s += time.perf_counter() - began

    def _begin(self) -> AnswerScoring:
        generation = self._generation
        return AnswerScoring(
            scorer=generation.scorer or self._default_scorer.name,
            prompt=generation.messages[-1].content,
            special_tokens=self._special_tokens,
            max_tokens=generation.max_tokens,
        )

    def _rescore(self, scores: Scores, text: str) -> Scores:
        """Give the scores of the same answer by the server's own scorer."""
        own = self._default_scorer
        if scores.scorer == own.name:
            return scores
        heuristic = own.score(text)
        return msgspec.structs.replace(
            scores, scorer=own.name, scorer_version=own.version, lek_score=heuristic.lek_score, heuristic=heuristic.dimensions
        )
