"""Reads single values off the page of metrics."""

import asyncio

from litestar import Litestar
from litestar.testing import TestClient
from prometheus_client.parser import text_string_to_metric_families as parse_text

from server.metrics.metrics import Metrics
from server.metrics.page import MetricsPage
from tests.server.fake_engine import ADAPTER, BASE

Client = TestClient[Litestar]
BASE_LABELS = {"model": BASE.id, "adapter": "none"}
ADAPTER_LABELS = {"model": BASE.id, "adapter": ADAPTER.id}
OPENMETRICS = "application/openmetrics-text; version=1.0.0"


def read(client: Client, name: str, **labels: str) -> float | None:
    """Scrape a server for one sample."""
    return find(client.get("/metrics").text, name, **labels)


def render(metrics: Metrics) -> str:
    """Give the page of metrics without a server."""
    page, _ = asyncio.run(MetricsPage(metrics).read(""))
    return page.decode()


def find(text: str, name: str, **labels: str) -> float | None:
    """Give the one sample of this name with just these labels, None if there is none."""
    samples = [sample for family in parse_text(text) for sample in family.samples]
    found = [sample.value for sample in samples if sample.name == name and sample.labels == labels]
    assert len(found) <= 1
    return found[0] if found else None
