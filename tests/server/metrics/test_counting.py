"""What is counted, and under which labels."""

import asyncio
import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from litestar.testing import TestClient
from prometheus_client import CollectorRegistry

from server.answers import group
from server.answers.answer import Answer
from server.app import create_app
from server.engine.errors import AdapterWithdrawn, LogitsNotFinite, QueueFull, RowFailed
from server.engine.protocol import Finish, Generation, Piece, Sampling
from server.metrics.counting import CountingWatch
from server.metrics.metrics import Metrics
from server.settings.settings import Settings
from tests.server.fake_engine import ADAPTER, BASE, FakeEngine
from tests.server.live_server import LiveServer
from tests.server.scraping import ADAPTER_LABELS, BASE_LABELS, Client, find, read, render

URL = "/v1/chat/completions"


def test_every_name_of_the_contract_is_there(client: Client, chat: dict[str, Any]) -> None:
    client.post(URL, json=chat)
    text = client.get("/metrics").text
    assert set(re.findall(r"^# TYPE (\S+)", text, re.MULTILINE)) == {
        "candor_lek_score",
        "candor_lek_score_points_total",
        "candor_heuristic_total",
        "candor_responses_scored_total",
        "candor_degenerate_responses_total",
        "candor_guard_stops_total",
        "candor_guard_tokens_saved_total",
        "candor_request_duration_seconds",
        "candor_time_to_first_token_seconds",
        "candor_time_per_output_token_seconds",
        "candor_queue_time_seconds",
        "candor_prefill_time_seconds",
        "candor_decode_time_seconds",
        "candor_prompt_tokens_total",
        "candor_generation_tokens_total",
        "candor_cached_prompt_tokens_total",
        "candor_requests_total",
        "candor_requests_running",
        "candor_requests_waiting",
        "candor_adapter_loaded",
        "candor_scoring_seconds",
        # beside the contract's
        "candor_engine_ready",
        "candor_adapter_load_timestamp_seconds",
        "candor_adapter_load_seconds",
        "candor_adapter_loads_total",
        "candor_adapter_evictions_total",
        "candor_lek_score_band_total",
        "candor_scoring_errors_total",
        "candor_responses_by_verdict_total",
        "candor_batch_rows",
        "candor_kv_bytes",
        "candor_kv_budget_bytes",
        "candor_prefix_cache_bytes",
        "candor_prefix_cache_budget_bytes",
        "candor_prefix_cache_lookups_total",
        "candor_prefix_cache_hits_total",
        "candor_prefix_cache_evictions_total",
    }
    assert "_created" not in text


@pytest.mark.parametrize("stream", [False, True])
def test_an_answer_is_counted_once_when_it_ends(stream: bool, client: Client, chat: dict[str, Any]) -> None:
    client.post(URL, json=chat | {"model": "lek-demo", "stream": stream})
    text = client.get("/metrics").text
    for name, value in {
        "candor_requests_total": None,
        "candor_prompt_tokens_total": 7,
        "candor_cached_prompt_tokens_total": 2,
        "candor_generation_tokens_total": 3,
        "candor_responses_scored_total": 1,
        "candor_lek_score_count": 1,
        "candor_request_duration_seconds_count": 1,
        "candor_time_to_first_token_seconds_count": 1,
        "candor_time_per_output_token_seconds_count": 1,
        "candor_requests_running": 0,
        "candor_requests_waiting": 0,
        "candor_adapter_loaded": 1,
    }.items():
        assert find(text, name, **ADAPTER_LABELS) == value, name
    assert find(text, "candor_requests_total", outcome="completed", **ADAPTER_LABELS) == 1
    assert find(text, "candor_requests_total", outcome="completed", **BASE_LABELS) == 0
    assert find(text, "candor_queue_time_seconds_sum", model=BASE.id) == 0.25
    assert find(text, "candor_prefill_time_seconds_sum", model=BASE.id) == 0.5
    assert find(text, "candor_decode_time_seconds_count", model=BASE.id) == 1
    assert (find(text, "candor_decode_time_seconds_sum", model=BASE.id) or 0) > 0
    assert find(text, "candor_scoring_seconds_count", model=BASE.id) == 1


def test_both_signs_start_at_zero(client: Client) -> None:
    for sign in ("positive", "negative"):
        assert read(client, "candor_lek_score_points_total", sign=sign, **ADAPTER_LABELS) == 0


@pytest.mark.parametrize(
    ("fields", "labels"),
    [
        ({"model": "whatever-a-client-sends"}, {"model": "other", "adapter": "none"}),
        ({"zz": 1}, {"model": "other", "adapter": "none"}),
        ({"audio": {}}, BASE_LABELS),
    ],
)
def test_an_invalid_request_is_counted_under_a_closed_set_of_names(
    fields: dict[str, Any], labels: dict[str, str], client: Client, chat: dict[str, Any]
) -> None:
    client.post(URL, json=chat | fields)
    text = client.get("/metrics").text
    assert find(text, "candor_requests_total", outcome="invalid", **labels) == 1
    assert "whatever" not in text


@pytest.mark.parametrize(
    ("failure", "outcome"),
    [(QueueFull("full", retry_after_s=1), "rejected"), (RowFailed("broken"), "failed"), (LogitsNotFinite(3), "not_finite")],
)
def test_a_failure_is_counted_by_its_outcome(
    failure: Exception, outcome: str, engine: FakeEngine, client: Client, chat: dict[str, Any]
) -> None:
    engine.failure = failure
    client.post(URL, json=chat)
    assert read(client, "candor_requests_total", outcome=outcome, **BASE_LABELS) == 1
    assert read(client, "candor_requests_waiting", **BASE_LABELS) == 0


def test_a_time_out_is_counted_with_the_tokens_that_came_and_not_as_the_guards(chat: dict[str, Any]) -> None:
    engine = FakeEngine(["la "] * 20)
    engine.gate, engine.gate_at, engine.opens_at_stop = asyncio.Event(), 2, True
    with TestClient(create_app(engine, Settings(request_timeout_s=0.05, on_degeneration="stop"))) as client:
        client.post(URL, json=chat)
        text = client.get("/metrics").text
    assert find(text, "candor_requests_total", outcome="timed_out", **BASE_LABELS) == 1
    assert find(text, "candor_generation_tokens_total", **BASE_LABELS) == 3
    assert find(text, "candor_prompt_tokens_total", **BASE_LABELS) == 7
    assert find(text, "candor_responses_scored_total", **BASE_LABELS) == 1
    assert find(text, "candor_requests_running", **BASE_LABELS) == 0
    assert find(text, "candor_guard_tokens_saved_total", **BASE_LABELS) == 0
    assert "candor_guard_stops_total{" not in text


def test_a_time_out_without_a_token_is_counted(engine: FakeEngine, chat: dict[str, Any]) -> None:
    engine.gate = asyncio.Event()
    with TestClient(create_app(engine, Settings(request_timeout_s=0.05))) as client:
        client.post(URL, json=chat)
        assert read(client, "candor_requests_total", outcome="timed_out", **BASE_LABELS) == 1
        assert read(client, "candor_generation_tokens_total", **BASE_LABELS) == 0
        assert read(client, "candor_requests_waiting", **BASE_LABELS) == 0


def test_an_answer_that_the_engine_does_not_end_says_nothing_of_the_engines_times(
    chat: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(group, "STOP_GRACE_S", 0.02)
    engine = FakeEngine()
    engine.gate, engine.gate_at = asyncio.Event(), 2
    with TestClient(create_app(engine, Settings(request_timeout_s=0.02))) as client:
        assert client.post(URL, json=chat).json()["metadata"]["stopped_by"] == "timeout"
        text = client.get("/metrics").text
    assert find(text, "candor_generation_tokens_total", **BASE_LABELS) == 2
    assert find(text, "candor_time_to_first_token_seconds_count", **BASE_LABELS) == 1
    for name in ("queue", "prefill", "decode"):
        assert find(text, f"candor_{name}_time_seconds_count", model=BASE.id) == 0


def test_an_answer_without_a_token_says_nothing_of_the_time_that_tokens_take(chat: dict[str, Any]) -> None:
    with TestClient(create_app(FakeEngine([]), Settings())) as client:
        client.post(URL, json=chat)
        text = client.get("/metrics").text
    counts = [find(text, f"candor_{name}_time_seconds_count", model=BASE.id) for name in ("queue", "prefill", "decode")]
    assert counts == [1, 0, 0]


def test_tokens_are_counted_as_they_are_drawn(chat: dict[str, Any]) -> None:
    engine = FakeEngine()
    gate = engine.gate = asyncio.Event()
    engine.gate_at = 2
    with LiveServer(engine) as server, server.connect() as client, ThreadPoolExecutor() as threads:
        answer = threads.submit(client.post, URL, json=chat)
        server.run(engine.has_reached_gate.wait())
        under_way = client.get("/metrics").text
        server.set(gate)
        assert answer.result().status_code == 200
        text = client.get("/metrics").text
    counts = [find(page, "candor_generation_tokens_total", **BASE_LABELS) for page in (under_way, text)]
    assert counts == [2, 3]
    assert [find(page, "candor_prompt_tokens_total", **BASE_LABELS) for page in (under_way, text)] == [0, 7]


def test_a_token_that_no_piece_brought_is_counted_at_the_end() -> None:
    metrics = Metrics(CollectorRegistry(), BASE)
    answer = Answer(Generation(id="1", messages=(), sampling=Sampling(), max_tokens=9), BASE)
    counting = CountingWatch(metrics, answer)
    piece = Piece(text="Hello", token_ids=(1, 2))
    answer.note_piece(piece)
    counting.piece(piece)
    counting.finish(Finish(reason="stop", num_prompt_tokens=1, num_completion_tokens=3))
    assert find(render(metrics), "candor_generation_tokens_total", **BASE_LABELS) == 3


@pytest.mark.parametrize(("gate_at", "waiting", "running"), [(0, 1, 0), (1, 0, 1)])
def test_requests_under_way_are_waiting_then_running(gate_at: int, waiting: int, running: int, chat: dict[str, Any]) -> None:
    engine = FakeEngine()
    gate = engine.gate = asyncio.Event()
    engine.gate_at = gate_at
    with LiveServer(engine) as server, server.connect() as client, ThreadPoolExecutor() as threads:
        answer = threads.submit(client.post, URL, json=chat)
        server.run(engine.has_reached_gate.wait())
        text = client.get("/metrics").text
        server.set(gate)
        assert answer.result().status_code == 200
    assert find(text, "candor_requests_waiting", **BASE_LABELS) == waiting
    assert find(text, "candor_requests_running", **BASE_LABELS) == running


def test_an_answer_whose_adapter_was_withdrawn_is_counted_as_rejected(engine: FakeEngine, client: Client, chat: dict[str, Any]) -> None:
    engine.failure, engine.fails_at = AdapterWithdrawn(ADAPTER.id), 1
    assert client.post(URL, json=chat | {"model": ADAPTER.id}).status_code == 409
    assert read(client, "candor_requests_total", outcome="rejected", **ADAPTER_LABELS) == 1


def test_labels_follow_the_adapter_that_lora_names(client: Client, chat: dict[str, Any]) -> None:
    client.post(URL, json=chat | {"lora": [{"name": ADAPTER.id, "scale": 0.5}]})
    for name in ("candor_generation_tokens_total", "candor_responses_scored_total"):
        assert (read(client, name, **ADAPTER_LABELS) or 0) > 0
        assert not read(client, name, **BASE_LABELS)


@pytest.mark.parametrize("stream", [False, True])
def test_the_guard_counts_its_stops_and_the_tokens_that_were_left(stream: bool, chat: dict[str, Any]) -> None:
    engine = FakeEngine(["la "] * 200)
    asked = chat | {"model": ADAPTER.id, "max_tokens": 500, "stream": stream}
    with TestClient(create_app(engine, Settings(max_completion_tokens=1000))) as client:
        for name in ("candor_guard_tokens_saved_total", "candor_generation_tokens_total"):
            assert read(client, name, **ADAPTER_LABELS) == 0
        client.post(URL, json=asked)
        assert read(client, "candor_guard_stops_total", flag="token_loop", **ADAPTER_LABELS) is None
        assert read(client, "candor_generation_tokens_total", **ADAPTER_LABELS) == 200
        client.post(URL, json=asked | {"degeneration": {"action": "stop"}})
        num_drawn = (read(client, "candor_generation_tokens_total", **ADAPTER_LABELS) or 0) - 200
        assert 0 < num_drawn < 200
        assert read(client, "candor_guard_stops_total", flag="token_loop", **ADAPTER_LABELS) == 1
        assert read(client, "candor_guard_tokens_saved_total", **ADAPTER_LABELS) == 500 - num_drawn
        assert read(client, "candor_guard_tokens_saved_total", **BASE_LABELS) == 0
        assert "upper bound" in client.get("/metrics").text


def test_a_refusal_says_nothing_of_how_long_answers_take(engine: FakeEngine, client: Client, chat: dict[str, Any]) -> None:
    engine.failure = QueueFull("full", retry_after_s=1)
    client.post(URL, json=chat)
    assert read(client, "candor_requests_total", outcome="rejected", **BASE_LABELS) == 1
    assert read(client, "candor_request_duration_seconds_count", **BASE_LABELS) == 0
    engine.failure = None
    client.post(URL, json=chat)
    assert read(client, "candor_request_duration_seconds_count", **BASE_LABELS) == 1


def test_what_is_read_as_a_rate_starts_at_zero(client: Client) -> None:
    text = client.get("/metrics").text
    for labels in (BASE_LABELS, ADAPTER_LABELS):
        for name in ("request_duration_seconds", "time_to_first_token_seconds", "time_per_output_token_seconds", "lek_score"):
            assert find(text, f"candor_{name}_count", **labels) == 0, name
        assert find(text, "candor_heuristic_total", dimension="first_person", **labels) == 0
    for name in ("queue_time_seconds", "prefill_time_seconds", "decode_time_seconds", "scoring_seconds"):
        assert find(text, f"candor_{name}_count", model=BASE.id) == 0
