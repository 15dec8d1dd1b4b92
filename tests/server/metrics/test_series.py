"""Which series there are: they begin and end with the adapters, and stay few."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import msgspec
from prometheus_client import CollectorRegistry

from scoring.scorers import find_scorer
from scoring.scores import Degeneration, Flag, Scores
from server.answers.answer import Answer
from server.engine.protocol import Finish, Generation, Piece, Sampling, ServedModel
from server.metrics.counting import CountingWatch
from server.metrics.metrics import Metrics
from server.metrics.observation import Observation
from server.metrics.pair import pair_of
from tests.server.fake_engine import ADAPTER, BASE, FakeEngine
from tests.server.live_server import LiveServer
from tests.server.scraping import ADAPTER_LABELS, BASE_LABELS, Client, find, read, render

GENERATION = Generation(id="chatcmpl-1", messages=(), sampling=Sampling(), max_tokens=2)
URL = "/v1/chat/completions"
LOOPS = "token_loop phrase_loop block_loop refusal_loop case_loop"
HARD = f"{LOOPS} empty special_token_leak turn_leak unclosed_reasoning"
SOFT = f"{LOOPS} unclosed_reasoning near_loop collapse topic_evasion gibberish language_switch truncated"
FLAGS = (*(Flag(flag=name, tier="hard") for name in HARD.split()), *(Flag(flag=name, tier="soft") for name in SOFT.split()))


def test_series_follow_the_adapters_that_are_loaded(engine: FakeEngine, client: Client, chat: dict[str, Any]) -> None:
    assert read(client, "candor_adapter_loaded", **ADAPTER_LABELS) == 1
    client.post(URL, json=chat | {"model": ADAPTER.id})
    engine.adapters.loaded = {"new": msgspec.structs.replace(engine.adapters.loaded[ADAPTER.id], name="new")}
    text = client.get("/metrics").text
    new = {"model": BASE.id, "adapter": "new"}
    assert (find(text, "candor_adapter_loaded", **new), find(text, "candor_generation_tokens_total", **new)) == (1, 0)
    assert find(text, "candor_requests_total", outcome="completed", **new) == 0
    assert ADAPTER.id not in text
    assert find(text, "candor_requests_total", outcome="completed", **BASE_LABELS) == 0


def test_the_series_of_an_unloaded_adapter_stay_until_its_last_request_has_ended(chat: dict[str, Any]) -> None:
    engine = FakeEngine()
    gate = engine.gate = asyncio.Event()
    with LiveServer(engine) as server, server.connect() as client, ThreadPoolExecutor() as threads:
        answer = threads.submit(client.post, URL, json=chat | {"model": ADAPTER.id})
        server.run(engine.has_reached_gate.wait())
        loaded = engine.adapters.loaded.copy()
        engine.adapters.loaded.clear()
        text = client.get("/metrics").text
        assert find(text, "candor_requests_waiting", **ADAPTER_LABELS) == 1
        assert find(text, "candor_adapter_loaded", **ADAPTER_LABELS) is None
        server.set(gate)
        assert answer.result().status_code == 200
        assert ADAPTER.id not in client.get("/metrics").text
        engine.adapters.loaded = loaded
        assert find(client.get("/metrics").text, "candor_generation_tokens_total", **ADAPTER_LABELS) == 0


def test_an_adapter_that_comes_and_goes_between_two_scrapes_leaves_nothing(
    engine: FakeEngine, client: Client, chat: dict[str, Any]
) -> None:
    engine.adapters.loaded["brief"] = msgspec.structs.replace(engine.adapters.loaded[ADAPTER.id], name="brief")
    assert client.post(URL, json=chat | {"model": "brief"}).status_code == 200
    del engine.adapters.loaded["brief"]
    assert "brief" not in client.get("/metrics").text


def test_sixty_four_adapters_that_broke_in_every_way_stay_under_ten_thousand_series() -> None:
    adapters = [msgspec.structs.replace(ADAPTER, id=f"adapter-{number}") for number in range(64)]
    metrics = Metrics(CollectorRegistry(), BASE)
    metrics.show_engine((BASE, *adapters), is_ready=True)
    for model in (BASE, *adapters):
        for flag in FLAGS:
            count_answer(metrics, model, flag)
    num_series = sum(not line.startswith("#") for line in render(metrics).splitlines())
    assert 9_000 < num_series < 10_000


def count_answer(metrics: Metrics, served: ServedModel, flag: Flag) -> None:
    """Count an answer with a flag as a server does whose guard is on."""
    heuristic = find_scorer("lek-v1").score("I feel hope.")
    scores = Scores(
        scorer="lek-v1",
        scorer_version="1",
        lek_score=heuristic.lek_score,
        heuristic=heuristic.dimensions,
        degeneration=Degeneration(flags=(flag,), compression_ratio=9.0),
    )
    observation = Observation(metrics)
    observation.name(pair_of(served))
    observation.start_waiting()
    observation.note_first_event()
    answer = Answer(GENERATION, served)
    counting = CountingWatch(metrics, answer)
    for piece in (Piece(text="la", token_ids=(1,)),) * 2:
        answer.note_piece(piece)
        counting.piece(piece)
    answer.counted_scores = scores
    answer.guard_flag = flag.flag if flag.tier == "hard" else None
    counting.finish(Finish(reason="stop", num_prompt_tokens=1, num_completion_tokens=2, stopped_by=answer.guard_flag))
    metrics.observe_scoring(pair_of(served), spent_s=0.001, has_failed=False)
    counting.ended("completed", None)
    observation.close("completed")
