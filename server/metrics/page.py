"""From the metrics to the page that a scraper reads."""

import asyncio
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, Protocol, cast

from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import Metric
from prometheus_client.openmetrics.exposition import ALLOWUTF8
from prometheus_client.registry import Collector

from server.metrics.group import MetricGroup
from server.metrics.metrics import Metrics

MAX_FORMATS = 4  # kept at a time: a content type repeats what a scraper writes
FAMILY = re.compile(rb"^(?=# HELP )", re.MULTILINE)  # a label's value has no line of its own
END = b"# EOF\n"  # of OpenMetrics


class Encode(Protocol):
    """prometheus_client's rendering in one of the formats."""

    def __call__(self, registry: Collector, *, escaping: str) -> bytes: ...


class MetricsPage:
    """The page of all metrics. What has not changed since the last scrape is not rendered again, which is most of it."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._kept: dict[str, _Rendering] = {}  # by content type

    async def read(self, accept: str) -> tuple[bytes, str]:
        """Give the page in the format that a scraper asks for, and its content type; rendered off the event loop."""
        encode, content_type = _choose_encoder(accept)
        # Before the rendering: what is counted meanwhile may be in it or not, and is another revision in any case.
        revisions = [(group, group.revision) for group in self._metrics.groups]
        kept = self._kept.get(content_type)
        if kept is None or kept.revisions != revisions:
            is_openmetrics = content_type.startswith("application/openmetrics-text")
            kept = await asyncio.to_thread(_render, revisions, encode, is_openmetrics=is_openmetrics, kept=kept)
            if content_type not in self._kept and len(self._kept) >= MAX_FORMATS:
                self._kept.clear()
            self._kept[content_type] = kept
        return kept.page, content_type


class _Family(NamedTuple):
    head: bytes  # its name and type, the same in all groups
    samples: bytes  # one group's


class _Rendering(NamedTuple):
    revisions: Sequence[tuple[MetricGroup, int]]
    families: Mapping[MetricGroup, Sequence[_Family]]
    page: bytes


def _render(revisions: Sequence[tuple[MetricGroup, int]], encode: Encode, *, is_openmetrics: bool, kept: _Rendering | None) -> _Rendering:
    """Render what is not in `kept`, and put together each family's samples of all groups."""
    known = dict(kept.revisions) if kept else {}
    families = {
        group: kept.families[group] if kept and known.get(group) == revision else _render_group(group, encode, is_openmetrics)
        for group, revision in revisions
    }
    merged: dict[bytes, list[bytes]] = {}
    for of_a_group in families.values():
        for family in of_a_group:
            merged.setdefault(family.head, []).append(family.samples)
    page = b"".join(part for head, samples in merged.items() for part in (head, *samples))
    return _Rendering(revisions, families, page + END if is_openmetrics else page)


def _render_group(group: MetricGroup, encode: Encode, is_openmetrics: bool) -> list[_Family]:
    exposed = _Exposed(group.registry, is_openmetrics=is_openmetrics)
    # Every escaping spells candor's names alike; in this one the encoder does not look at each letter, which took a third of its time.
    text = encode(exposed, escaping=ALLOWUTF8).removesuffix(END)
    parts = (part.split(b"\n", maxsplit=2) for part in FAMILY.split(text) if part)
    return [_Family(head=b"%s\n%s\n" % (help_line, type_line), samples=samples) for help_line, type_line, samples in parts]


class _Exposed(Collector):
    """A registry without the `_created` series, which prometheus_client can only be told to drop for the whole process.

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


def _choose_encoder(accept: str) -> tuple[Encode, str]:
    """Choose the format; whoever asks in words that prometheus_client does not understand gets the plain one."""
    try:
        encode, content_type = choose_encoder(accept)
    except (TypeError, ValueError):  # it compares versions as they are written
        encode, content_type = choose_encoder("")
    return cast(Encode, encode), content_type
