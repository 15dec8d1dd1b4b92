"""Metrics that have their first labels in common and are rendered together."""

from collections.abc import Iterable, Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from server.metrics.family import MetricFamily


class MetricGroup:
    """A registry with a revision: another one whenever something in it has changed, so that what was rendered can be kept until then."""

    def __init__(self, labels: Mapping[str, str]) -> None:
        self.registry = CollectorRegistry()
        self.revision = 0
        self._names, self._values = tuple(labels), tuple(labels.values())

    def counter(self, name: str, text: str, *more: str) -> MetricFamily[Counter]:
        """Declare `candor_{name}_total`, with `more` labels behind the group's."""
        metric = Counter(f"candor_{name}", text, (*self._names, *more), registry=self.registry)
        return MetricFamily(metric, self._values, self.note_change)

    def gauge(self, name: str, text: str, *more: str) -> MetricFamily[Gauge]:
        """Declare `candor_{name}`, with `more` labels behind the group's."""
        metric = Gauge(f"candor_{name}", text, (*self._names, *more), registry=self.registry)
        return MetricFamily(metric, self._values, self.note_change)

    def histogram(self, name: str, text: str, bounds: Iterable[float]) -> MetricFamily[Histogram]:
        """Declare `candor_{name}` with these upper bounds, and infinity."""
        metric = Histogram(f"candor_{name}", text, self._names, registry=self.registry, buckets=tuple(bounds))
        return MetricFamily(metric, self._values, self.note_change)

    def note_change(self) -> None:
        """Note that something has changed."""
        self.revision += 1
