"""A metric of a group with all its children; it notes that it changes."""

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from prometheus_client.metrics import MetricWrapperBase

AnyMetric = TypeVar("AnyMetric", bound=MetricWrapperBase)


class MetricFamily(Generic[AnyMetric]):
    """Stands before a metric. A child is only ever asked for to change it, so no change can be forgotten."""

    def __init__(self, metric: AnyMetric, common: Sequence[str], note_change: Callable[[], None]) -> None:
        """Wrap `metric`; `common` are the label values that all of the group have."""
        self._metric = metric
        self._common = common
        self._note_change = note_change

    def labels(self, *values: str) -> AnyMetric:
        """Give the child with these values behind the group's own, to be changed at once."""
        self._note_change()
        child: AnyMetric = self._metric.labels(*self._common, *values)
        return child

    def remove(self, *values: str) -> None:
        """End the series of one child."""
        self._note_change()
        self._metric.remove(*self._common, *values)
