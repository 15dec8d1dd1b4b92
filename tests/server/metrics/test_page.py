"""The page that a scraper reads."""

import asyncio
from typing import Any

import pytest
from litestar.testing import TestClient
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import choose_encoder
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics
from prometheus_client.parser import text_string_to_metric_families as parse_text
from prometheus_client.registry import Collector

from scoring.verdict import score
from server.app import create_app
from server.engine.protocol import Finish
from server.metrics import page as module
from server.metrics.metrics import Metrics
from server.metrics.page import MAX_FORMATS, MetricsPage
from server.settings.settings import Settings
from tests.deploy.prometheus_process import check_with_promtool
from tests.server.fake_engine import ADAPTER, BASE, FakeEngine
from tests.server.scraping import BASE_LABELS, OPENMETRICS, Client, find

URL = "/v1/chat/completions"
FINISH = Finish(reason="stop", num_prompt_tokens=1, num_completion_tokens=1)


def observe_answer(metrics: Metrics) -> None:
    metrics.observe_finish((BASE.id, "none"), FINISH, decode_time_s=0.5)
    metrics.of((BASE.id, "none")).observe_scores(score("I feel hope."), response_id="chatcmpl-1")


@pytest.fixture
def registry() -> CollectorRegistry:
    return CollectorRegistry()


@pytest.fixture
def metrics(registry: CollectorRegistry) -> Metrics:
    metrics = Metrics(registry, BASE)
    metrics.show_engine((BASE, ADAPTER), is_ready=True)
    return metrics


@pytest.fixture
def renderings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note the content type of every page that is really rendered."""
    rendered = []

    def choose(accept: str) -> tuple[Any, str]:
        encode: Any
        encode, content_type = choose_encoder(accept)

        def note(collector: Collector, **options: str) -> bytes:
            rendered.append(content_type)
            rendering: bytes = encode(collector, **options)
            return rendering

        return note, content_type

    monkeypatch.setattr(module, "choose_encoder", choose)
    return rendered


def test_an_exemplar_leads_to_the_response(client: Client, chat: dict[str, Any]) -> None:
    answer = client.post(URL, json=chat).json()
    text = client.get("/metrics", headers={"accept": OPENMETRICS}).text
    assert f'response_id="{answer["id"]}"' in text


def test_openmetrics_is_given_to_who_asks_for_it(client: Client, chat: dict[str, Any]) -> None:
    client.post(URL, json=chat)
    plain = client.get("/metrics")
    assert plain.headers["content-type"].startswith("text/plain; version=0.0.4")
    modern = client.get("/metrics", headers={"accept": OPENMETRICS})
    assert modern.headers["content-type"].startswith(OPENMETRICS)
    assert modern.text.endswith("# EOF\n")
    families = {family.name for family in parse_openmetrics(modern.text)}  # type: ignore[no-untyped-call]
    assert families >= {"candor_requests", "candor_lek_score", "candor_request_duration_seconds"}
    assert "_created" not in plain.text + modern.text


@pytest.mark.parametrize("version", ["abc", "1.x", '"1.0.0"', "", "1.0.\xff"])
@pytest.mark.parametrize("format", ["application/openmetrics-text", "text/plain"])
def test_a_version_that_nobody_understands_gets_a_page_all_the_same(format: str, version: str, client: Client) -> None:
    response = client.get("/metrics", headers=[(b"accept", f"{format}; version={version}".encode("latin-1"))])
    assert response.status_code == 200
    assert find(response.text.removesuffix("# EOF\n"), "candor_engine_ready") == 1


def test_promtool_finds_nothing_in_a_page_with_every_metric(chat: dict[str, Any]) -> None:
    engine = FakeEngine(["la "] * 200)
    with TestClient(create_app(engine, Settings(max_completion_tokens=1000))) as client:
        client.post(URL, json=chat | {"max_tokens": 500, "degeneration": {"action": "stop"}})
        client.post(URL, json=chat | {"model": ADAPTER.id})
        client.post(URL, json=chat | {"model": "nobody"})
        text = client.get("/metrics").text
    for name in ("candor_guard_stops_total", "candor_degenerate_responses_total", "candor_heuristic_total"):
        assert f"\n{name}{{" in text
    check_with_promtool("check", "metrics", page=text)


async def read_all(page: MetricsPage) -> list[bytes]:
    return [(await page.read(accept))[0] for accept in ("", OPENMETRICS)]


def test_a_scrape_renders_only_the_groups_that_have_changed(metrics: Metrics, renderings: list[str]) -> None:
    page = MetricsPage(metrics)
    first = asyncio.run(read_all(page))
    assert len(renderings) == 2 * 3  # formats, groups
    assert asyncio.run(read_all(page)) == first and len(renderings) == 6
    metrics.show_engine((BASE, ADAPTER), is_ready=True)  # nothing new
    assert asyncio.run(read_all(page)) == first and len(renderings) == 6
    observe_answer(metrics)
    later = asyncio.run(read_all(page))
    assert len(renderings) == 6 + 2 * 2 and all(old != new for old, new in zip(first, later, strict=True))


@pytest.mark.parametrize(
    "change",
    [
        lambda metrics: metrics.show_engine((BASE, ADAPTER), is_ready=False),
        lambda metrics: metrics.show_engine((BASE,), is_ready=True),
        lambda metrics: metrics.observe_finish((BASE.id, ADAPTER.id), FINISH, decode_time_s=None),
        lambda metrics: metrics.observe_scoring((BASE.id, "none"), spent_s=0.1, has_failed=False),
        lambda metrics: metrics.of((BASE.id, "none")).waiting.labels().inc(),
        lambda metrics: metrics.of(("other", "none")).requests.labels("invalid").inc(),
    ],
)
def test_every_change_is_on_the_next_page(change: Any, registry: CollectorRegistry, metrics: Metrics) -> None:
    page = MetricsPage(metrics)
    before = asyncio.run(read_all(page))
    change(metrics)
    after = asyncio.run(read_all(page))
    assert after == asyncio.run(read_all(MetricsPage(metrics)))
    assert all(old != new for old, new in zip(before, after, strict=True))
    assert samples(after[0]) == samples(generate_latest(registry))


def samples(page: bytes) -> list[tuple[str, str, Any]]:
    """List a plain page's samples with the names and types of their families, in order, but for `_created`."""
    families = [family for family in parse_text(page.decode()) if not family.name.endswith("_created")]
    return [(family.name, family.type, sample) for family in families for sample in family.samples]


def test_what_is_counted_while_a_page_is_rendered_is_on_the_next(metrics: Metrics, monkeypatch: pytest.MonkeyPatch) -> None:
    page = MetricsPage(metrics)

    async def count_meanwhile(render: Any, *args: Any, **options: Any) -> Any:
        rendered = render(*args, **options)
        observe_answer(metrics)
        return rendered

    monkeypatch.setattr(asyncio, "to_thread", count_meanwhile)
    stale, _ = asyncio.run(page.read(""))
    monkeypatch.undo()
    fresh, _ = asyncio.run(page.read(""))
    assert [find(text.decode(), "candor_responses_scored_total", **BASE_LABELS) for text in (stale, fresh)] == [0, 1]


def test_a_scraper_of_many_versions_fills_no_memory(metrics: Metrics, renderings: list[str]) -> None:
    page = MetricsPage(metrics)

    async def scrape() -> None:
        for minor in range(20):
            await page.read(f"application/openmetrics-text; version=1.{minor}.0")

    asyncio.run(scrape())
    assert len(page._kept) <= MAX_FORMATS
