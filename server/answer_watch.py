"""What scoring sees of one answer. A fault in it costs the answer its scores, never its text."""

import logging
import time

import msgspec

from scoring.scorer import Scorer
from scoring.scores import Flag, Scores
from scoring.verdict import AnswerScoring
from server.engine.protocol import Finish, Generation, Piece

log = logging.getLogger(__name__)


class AnswerWatch:
    """Feeds an answer to its scoring; `spent_s` is the time that took, `has_failed` says that there will be no scores."""

    def __init__(self, generation: Generation, *, servers: Scorer, special_tokens: frozenset[str]) -> None:
        """Begin; `servers` is the scorer that the metrics count by, and that of a request that names none."""
        self._generation = generation
        self._servers = servers
        self._scoring = AnswerScoring(
            scorer=generation.scorer or servers.name,
            prompt=generation.messages[-1].content,
            special_tokens=special_tokens,
            max_tokens=generation.max_tokens,
        )
        self._texts: list[str] = []
        self.spent_s = 0.0
        self.has_failed = False

    def feed(self, piece: Piece) -> Flag | None:
        """Take the next piece; give the first hard flag there is so far."""
        if self.has_failed:
            return None
        began = time.perf_counter()
        try:
            self._texts.append(piece.text)
            self._scoring.feed(piece.text, piece.token_ids)
            return self._scoring.hard_flag
        except Exception:
            self._note_failure()
            return None
        finally:
            self.spent_s += time.perf_counter() - began

    def finish(self, finish: Finish) -> Finish:
        """Put the scores on the end of the answer."""
        if self.has_failed:
            return finish
        began = time.perf_counter()
        try:
            scores = self._scoring.finish(finish_reason=finish.reason, num_tokens=finish.num_completion_tokens)
            return msgspec.structs.replace(finish, scores=scores, counted_scores=self._rescore(scores))
        except Exception:
            self._note_failure()
            return finish
        finally:
            self.spent_s += time.perf_counter() - began

    def _rescore(self, scores: Scores) -> Scores:
        """Give the scores of the same answer by the server's own scorer."""
        own = self._servers
        if scores.scorer == own.name:
            return scores
        heuristic = own.score("".join(self._texts))
        return msgspec.structs.replace(
            scores, scorer=own.name, scorer_version=own.version, lek_score=heuristic.lek_score, heuristic=heuristic.dimensions
        )

    def _note_failure(self) -> None:
        # Broad callers: whatever the fault is, the answer itself is sound and is on its way.
        log.exception("answer %s cannot be scored and goes out without scores", self._generation.id)
        self.has_failed = True
