"""What is noted of one request while it runs, to be counted once when it ends."""

import time

from server.answers.outcome import Outcome
from server.metrics.metrics import Metrics
from server.metrics.pair import UNKNOWN, Pair


class Observation:
    """One request, however many answers it asks for."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self.arrived_s = time.perf_counter()
        self._pair: Pair = UNKNOWN
        self._is_named = False
        self._is_asked = False
        self._is_waiting = False
        self._is_running = False

    def name(self, pair: Pair) -> None:
        """Note whom the request is for; once."""
        self._pair = pair
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
        is_refused = outcome == "rejected" and not self._is_running  # at once, however long answers take
        if self._is_asked and not is_refused:
            metrics.request_duration.labels().observe(time.perf_counter() - self.arrived_s)

    def _stop_waiting(self) -> None:
        if self._is_waiting:
            self._metrics.of(self._pair).waiting.labels().dec()
            self._is_waiting = False
