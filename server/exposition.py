"""From a registry to the page that a scraper reads."""

from collections.abc import Callable, Iterator

from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector


class _Exposed(Collector):
    """The registry without the `_created` series, which prometheus_client can only be told to drop for the whole process.

    OpenMetrics allows a histogram no `_count` without a `_sum`, and so strict parsers refuse the whole page for one: there it goes too.
    """

    def __init__(self, registry: CollectorRegistry, *, is_openmetrics: bool) -> None:
        self._registry = registry
        self._is_openmetrics = is_openmetrics

    def collect(self) -> Iterator[Metric]:
        for metric in self._registry.collect():
            unwanted = {"_created"}
            if (
                self._is_openmetrics
                and metric.type == "histogram"
                and all(sample.name != f"{metric.name}_sum" for sample in metric.samples)
            ):
                unwanted.add("_count")
            metric.samples = [sample for sample in metric.samples if not sample.name.endswith(tuple(unwanted))]
            yield metric


def choose_rendering(registry: CollectorRegistry, accept: str) -> tuple[Callable[[], bytes], str]:
    """Choose the exposition format a scraper asks for: a function that renders it, and its content type."""
    encode, content_type = choose_encoder(accept)
    exposed = _Exposed(registry, is_openmetrics=content_type.startswith("application/openmetrics-text"))
    return (lambda: encode(exposed)), content_type
