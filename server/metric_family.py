"""A metric with all its children, which notes that it changes."""

from collections.abc import Callable, Mapping
from typing import Any, Generic, TypeVar

from prometheus_client.metrics import MetricWrapperBase

AnyMetric = TypeVar("AnyMetric", bound=MetricWrapperBase)


class MetricFamily(Generic[AnyMetric]):
    """Stands before a labelled metric. A child is only ever asked for to change it, so no change can be forgotten."""

    def __init__(self, metric: AnyMetric, note_change: Callable[[], None]) -> None:
        self._metric = metric
        self._note_change = note_change

    def labels(self, *values: str) -> AnyMetric:
        """Give the child of these label values, to be changed at once."""
        self._note_change()
        child: AnyMetric = self._metric.labels(*values)
        return child

    def remove(self, *values: str) -> None:
        """End the series of one child."""
        self._note_change()
        self._metric.remove(*values)

    def remove_all(self, labels: Mapping[str, Any]) -> None:
        """End the series of every child with these labels among its own."""
        self._note_change()
        self._metric.remove_by_labels(dict(labels))
