"""What the engine keeps count of itself: read off it at a scrape."""

import asyncio
from typing import Any

import msgspec
import pytest
from prometheus_client import CollectorRegistry

from server.engine.protocol import Load, MemoryUse
from server.metrics.metrics import Metrics
from server.metrics.page import MetricsPage
from tests.server.fake_engine import BASE, FakeEngine
from tests.server.scraping import Client, find, render

MODEL = {"model": BASE.id}
MEMORY = MemoryUse(
    kv_bytes=3000,
    kv_budget_bytes=9000,
    prefix_cache_bytes=400,
    prefix_cache_budget_bytes=4500,
    num_prefix_lookups=20,
    num_prefix_hits=12,
    num_prefix_evictions=3,
)
BUSY = Load(num_running=9, num_waiting=2, num_prefilling=4, memory=MEMORY)
NAMES = {
    "candor_kv_bytes": 3000,
    "candor_kv_budget_bytes": 9000,
    "candor_prefix_cache_bytes": 400,
    "candor_prefix_cache_budget_bytes": 4500,
    "candor_prefix_cache_lookups_total": 20,
    "candor_prefix_cache_hits_total": 12,
    "candor_prefix_cache_evictions_total": 3,
}


@pytest.fixture
def metrics() -> Metrics:
    return Metrics(CollectorRegistry(), BASE)


def show(metrics: Metrics, load: Load) -> str:
    metrics.show_engine((BASE,), is_ready=True, load=load)
    return render(metrics)


def test_all_of_it_starts_at_zero(metrics: Metrics) -> None:
    text = render(metrics)
    assert {find(text, name, **MODEL) for name in NAMES} == {0}
    assert {find(text, "candor_batch_rows", state=state, **MODEL) for state in ("prefill", "decode")} == {0}


def test_a_scrape_reads_the_engines_load(engine: FakeEngine, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "load", lambda: BUSY)
    text = client.get("/metrics").text
    assert {name: find(text, name, **MODEL) for name in NAMES} == NAMES
    assert find(text, "candor_batch_rows", state="prefill", **MODEL) == 4
    assert find(text, "candor_batch_rows", state="decode", **MODEL) == 5


def test_counters_follow_the_engines_own_and_gauges_fall(metrics: Metrics) -> None:
    show(metrics, BUSY)
    later = MemoryUse(kv_budget_bytes=9000, num_prefix_lookups=25, num_prefix_hits=12, num_prefix_evictions=7)
    text = show(metrics, Load(num_running=0, num_waiting=0, memory=later))
    assert find(text, "candor_prefix_cache_lookups_total", **MODEL) == 25
    assert find(text, "candor_prefix_cache_hits_total", **MODEL) == 12
    assert find(text, "candor_prefix_cache_evictions_total", **MODEL) == 7
    assert find(text, "candor_kv_bytes", **MODEL) == find(text, "candor_prefix_cache_bytes", **MODEL) == 0


def test_a_row_that_passes_between_two_readings_makes_no_negative_count(metrics: Metrics) -> None:
    text = show(metrics, Load(num_running=1, num_waiting=0, num_prefilling=2))
    assert find(text, "candor_batch_rows", state="decode", **MODEL) == 0


@pytest.mark.parametrize("field", [*MemoryUse.__struct_fields__, "num_running", "num_prefilling"])
def test_only_a_load_that_has_changed_is_rendered(field: str, metrics: Metrics) -> None:
    engine = metrics.groups[0]
    show(metrics, BUSY)
    revision = engine.revision
    before = show(metrics, msgspec.convert(msgspec.to_builtins(BUSY), Load))  # equal, and another object
    assert engine.revision == revision
    changed: Any = BUSY
    if field in MemoryUse.__struct_fields__:
        changed = msgspec.structs.replace(BUSY, memory=msgspec.structs.replace(MEMORY, **{field: getattr(MEMORY, field) + 1}))
    else:
        changed = msgspec.structs.replace(BUSY, **{field: getattr(BUSY, field) + 1})
    assert show(metrics, changed) != before and engine.revision > revision


def test_the_page_that_is_kept_shows_the_next_load(metrics: Metrics) -> None:
    page = MetricsPage(metrics)

    async def read_twice() -> list[float | None]:
        values = []
        for kv_bytes in (1, 2):
            load = Load(num_running=1, num_waiting=0, memory=MemoryUse(kv_bytes=kv_bytes))
            metrics.show_engine((BASE,), is_ready=True, load=load)
            text, _ = await page.read("")
            values.append(find(text.decode(), "candor_kv_bytes", **MODEL))
        return values

    assert asyncio.run(read_twice()) == [1, 2]
