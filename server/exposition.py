"""From the metrics to the page that a scraper reads."""

import asyncio
from collections.abc import Callable, Iterator

from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from server.metrics import Metrics

MAX_PAGES = 4  # kept at a time: the content type repeats what a scraper writes


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


class MetricsPage:
    """The page of all metrics, rendered anew only when something has been counted since: a scrape in between costs no rendering."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._revision = -1
        self._pages: dict[str, bytes] = {}  # by content type, all of one revision

    async def read(self, accept: str) -> tuple[bytes, str]:
        """Give the page in the format that a scraper asks for, and its content type; rendered off the event loop."""
        encode, content_type = _choose_encoder(accept)
        # Before the rendering: what is counted meanwhile may be in it or not, and makes the next page in any case.
        revision = self._metrics.revision
        if revision != self._revision or (content_type not in self._pages and len(self._pages) >= MAX_PAGES):
            self._revision, self._pages = revision, {}
        pages = self._pages
        if content_type not in pages:
            is_openmetrics = content_type.startswith("application/openmetrics-text")
            pages[content_type] = await asyncio.to_thread(encode, _Exposed(self._metrics.registry, is_openmetrics=is_openmetrics))
        return pages[content_type], content_type


def _choose_encoder(accept: str) -> tuple[Callable[[Collector], bytes], str]:
    """Choose the format; whoever asks in words that prometheus_client does not understand gets the plain one."""
    try:
        return choose_encoder(accept)
    except (TypeError, ValueError):  # it compares versions as they are written
        return choose_encoder("")
