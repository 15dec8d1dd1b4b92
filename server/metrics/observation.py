"""What is noted of one request while it runs, to be counted once when it ends."""

import time

from server.engine.protocol import Finish, Piece
from server.metrics.metrics import Metrics
from server.metrics.pair import UNKNOWN, Outcome, Pair


class Observation:
    """One request's times and counts; a token costs it one addition."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._arrival = time.perf_counter()
        self._pair: Pair = UNKNOWN
        self._is_named = False
        self._is_asked = False
        self._is_waiting = False
        self._is_running = False
        self._first_token: float | None = None
        self._last_token = 0.0
        self._num_tokens = 0
        self._finish: Finish | None = None
        self._response_id = ""

    def name(self, pair: Pair, response_id: str) -> None:
        """Note whom the request is for and what its response will be called; once."""
        self._pair = pair
        self._response_id = response_id
        self._metrics.open_request(pair)
        self._is_named = True

    def start_waiting(self) -> None:
        """Note that the engine has been asked."""
        self._is_asked = self._is_waiting = True
        self._metrics.of(self._pair).waiting.labels().inc()

    def note_first_event(self) -> None:
        """Note that the engine has begun to answer."""
        self._stop_waiting()
        self._is_running = True
        self._metrics.of(self._pair).running.labels().inc()

    def note_piece(self, piece: Piece) -> None:
        """Note a piece's tokens."""
        self._num_tokens += len(piece.token_ids)
        self._last_token = time.perf_counter()
        if self._first_token is None:
            self._first_token = self._last_token

    def note_finish(self, finish: Finish) -> None:
        """Note the answer's end."""
        self._finish = finish

    def close(self, outcome: Outcome) -> None:
        """Count everything."""
        self._count(outcome)
        if self._is_named:
            self._metrics.close_request(self._pair)

    def _count(self, outcome: Outcome) -> None:
        metrics = self._metrics.of(self._pair)
        self._stop_waiting()
        if self._is_running:
            metrics.running.labels().dec()
        metrics.requests.labels(outcome).inc()
        if not self._is_asked:
            return
        if outcome == "rejected" and not self._is_running:  # at once, however long answers take
            return
        metrics.request_duration.labels().observe(time.perf_counter() - self._arrival)
        if self._first_token is not None:
            metrics.first_token.labels().observe(self._first_token - self._arrival)
            if self._num_tokens > 1:
                metrics.output_token.labels().observe((self._last_token - self._first_token) / (self._num_tokens - 1))
        if self._finish is not None:
            self._metrics.observe_finish(self._pair, self._finish, response_id=self._response_id)
        else:
            metrics.generation_tokens.labels().inc(self._num_tokens)

    def _stop_waiting(self) -> None:
        if self._is_waiting:
            self._metrics.of(self._pair).waiting.labels().dec()
            self._is_waiting = False


def name_outcome(status: int) -> Outcome:
    """Name how a request ended that got an error for an answer."""
    if status in (409, 429, 503):
        return "rejected"
    if status in (408, 504):
        return "timed_out"
    return "invalid" if status < 500 else "failed"
