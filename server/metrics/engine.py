"""What is counted of the engine as a whole: all adapters share one queue and one scorer, so their label would only multiply the series."""

from prometheus_client import Gauge

from server.metrics.buckets import QUEUE_BOUNDS_S, SCORING_BOUNDS_S
from server.metrics.group import MetricGroup


class EngineMetrics(MetricGroup):
    """The metrics of one engine."""

    def __init__(self, model: str) -> None:
        super().__init__({"model": model})
        self._ready = Gauge("candor_engine_ready", "1 while the engine takes requests.", registry=self.registry)  # as it has no label
        self._is_ready = False
        self.queue_time = self.histogram("queue_time_seconds", "From arrival at the engine to the start of work.", QUEUE_BOUNDS_S)
        self.scoring = self.histogram("scoring_seconds", "Time spent on scoring one answer, detectors included.", SCORING_BOUNDS_S)
        for histogram in (self.queue_time, self.scoring):
            histogram.labels()  # at zero

    def show_ready(self, is_ready: bool) -> None:
        """Say whether the engine takes requests; nothing changes if that was known."""
        if is_ready != self._is_ready:
            self._is_ready = is_ready
            self._ready.set(is_ready)
            self.note_change()
