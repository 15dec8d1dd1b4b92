"""Counts one answer as it passes."""

from server.answers.answer import Answer
from server.answers.outcome import Outcome
from server.engine.protocol import Finish, Piece
from server.metrics.metrics import Metrics
from server.metrics.pair import pair_of


class CountingWatch:
    """Tells the metrics of each token as it is drawn, and of the rest at the end; it stands behind the scoring."""

    def __init__(self, metrics: Metrics, answer: Answer) -> None:
        self._answer = answer
        self._metrics = metrics
        self._pair = pair_of(answer.served)

    def piece(self, piece: Piece) -> None:
        """Count tokens."""
        if piece.token_ids:
            self._metrics.of(self._pair).generation_tokens.labels().inc(len(piece.token_ids))

    def finish(self, finish: Finish) -> None:
        """Count what the end says."""
        answer, metrics = self._answer, self._metrics.of(self._pair)
        if not answer.is_cut:  # else it is the run that says so, and it knows neither prompt nor times
            self._metrics.observe_finish(self._pair, finish, decode_time_s=answer.decode_time_s, counts_prompt=not answer.is_sibling)
        # An engine may count tokens that no piece brought, such as the one that ends a turn.
        metrics.generation_tokens.labels().inc(max(0, finish.num_completion_tokens - answer.num_tokens))
        if answer.counted_scores is not None:
            metrics.observe_scores(answer.counted_scores, response_id=answer.generation.id)
        if answer.guard_flag is not None and finish.stopped_by == answer.guard_flag:  # and not at its deadline
            metrics.observe_guard(answer.guard_flag, num_tokens_left=finish.num_tokens_left)

    def ended(self, how: Outcome, error: BaseException | None) -> None:
        """Count the times of an answer that has begun."""
        answer, metrics = self._answer, self._metrics.of(self._pair)
        if answer.first_token_s is None or answer.decode_time_s is None:
            return
        metrics.first_token.labels().observe(answer.first_token_s - answer.arrived_s)
        if answer.num_tokens > 1:
            metrics.output_token.labels().observe(answer.decode_time_s / (answer.num_tokens - 1))
