"""Several answers to one conversation."""

import json
from typing import Any

import pytest
from litestar.testing import TestClient

from server.app import create_app
from server.settings.settings import Settings
from tests.server.chat.test_rendering import parse_events
from tests.server.fake_engine import FakeEngine
from tests.server.scraping import BASE_LABELS, find

URL = "/v1/chat/completions"


def test_choices_come_in_order_with_their_scores_and_the_prompt_counts_once(engine: FakeEngine, chat: dict[str, Any]) -> None:
    with TestClient(create_app(engine, Settings())) as client:
        body = client.post(URL, json=chat | {"n": 3}).json()
        metrics = client.get("/metrics").text
    assert [choice["index"] for choice in body["choices"]] == [0, 1, 2]
    assert [choice["message"]["content"] for choice in body["choices"]] == ["Hello there."] * 3
    assert all(choice["scores"]["scorer"] == "lek-v1" for choice in body["choices"])
    assert (body["usage"]["prompt_tokens"], body["usage"]["completion_tokens"], body["usage"]["total_tokens"]) == (7, 9, 16)
    assert body["usage"]["prompt_tokens_details"] == {"cached_tokens": 2}
    assert find(metrics, "candor_prompt_tokens_total", **BASE_LABELS) == 7
    assert find(metrics, "candor_generation_tokens_total", **BASE_LABELS) == 9
    assert find(metrics, "candor_responses_scored_total", **BASE_LABELS) == 3
    assert find(metrics, "candor_requests_total", outcome="completed", **BASE_LABELS) == 1


@pytest.mark.parametrize(("seed", "seeds"), [(5, [5, 6, 7]), (2**63 - 1, [2**63 - 1, -(2**63), -(2**63) + 1]), (-3, [-3, -2, -1])])
def test_each_choice_draws_from_the_next_seed(seed: int, seeds: list[int], engine: FakeEngine, chat: dict[str, Any]) -> None:
    with TestClient(create_app(engine, Settings())) as client:
        body = client.post(URL, json=chat | {"n": 3, "seed": seed}).json()
    assert [generation.sampling.seed for generation in engine.generations] == seeds
    assert len({generation.id for generation in engine.generations}) == 3
    assert json.loads(body["metadata"]["sampling"])["seed"] == seed


def test_choices_without_a_seed_draw_from_neighbouring_ones(engine: FakeEngine, chat: dict[str, Any]) -> None:
    with TestClient(create_app(engine, Settings())) as client:
        body = client.post(URL, json=chat | {"n": 2}).json()
    first = json.loads(body["metadata"]["sampling"])["seed"]
    assert [generation.sampling.seed for generation in engine.generations] == [first, first + 1]


@pytest.mark.parametrize("include_usage", [False, True])
def test_streamed_choices_are_told_apart_and_usage_comes_once(include_usage: bool, engine: FakeEngine, chat: dict[str, Any]) -> None:
    options = {"include_usage": include_usage}
    with TestClient(create_app(engine, Settings())) as client:
        *chunks, done = parse_events(client.post(URL, json=chat | {"n": 2, "stream": True, "stream_options": options}).content)
    assert done == "[DONE]"
    texts, roles, ends = ["", ""], [0, 0], []
    for chunk in chunks:
        for choice in chunk["choices"]:
            texts[choice["index"]] += choice["delta"].get("content") or ""
            roles[choice["index"]] += "role" in choice["delta"]
            if choice["finish_reason"]:
                ends.append(choice["index"])
                assert choice["scores"]["scorer"] == "lek-v1"
                assert ("metadata" in chunk) == (choice["index"] == 0)
    assert (texts, roles, sorted(ends)) == (["Hello there."] * 2, [1, 1], [0, 1])
    usages = [chunk["usage"] for chunk in chunks if chunk.get("usage")]
    assert [(usage["prompt_tokens"], usage["completion_tokens"]) for usage in usages] == [(7, 6)]
    assert chunks[-1]["usage"]


@pytest.mark.parametrize("n", [1, 1.0, None])
def test_one_choice_is_asked_for_in_many_ways(n: object, engine: FakeEngine, chat: dict[str, Any]) -> None:
    with TestClient(create_app(engine, Settings())) as client:
        assert len(client.post(URL, json=chat | {"n": n}).json()["choices"]) == 1


@pytest.mark.parametrize("n", [0, 17, 1.5, "2", -1])
def test_other_numbers_of_choices_are_refused_by_name(n: object, engine: FakeEngine, chat: dict[str, Any]) -> None:
    with TestClient(create_app(engine, Settings())) as client:
        response = client.post(URL, json=chat | {"n": n})
    assert (response.status_code, response.json()["error"]["param"]) == (400, "n")
    assert engine.generations == []


@pytest.mark.parametrize("include_usage", [False, True])
@pytest.mark.parametrize("n", [1, 2])
def test_usage_so_far_is_on_every_chunk_where_that_is_asked_for(
    n: int, include_usage: bool, engine: FakeEngine, chat: dict[str, Any]
) -> None:
    options = {"include_usage": include_usage, "continuous_usage_stats": True}
    with TestClient(create_app(engine, Settings())) as client:
        *chunks, _done = parse_events(client.post(URL, json=chat | {"n": n, "stream": True, "stream_options": options}).content)
    usages = [chunk["usage"] for chunk in chunks]
    assert {usage["prompt_tokens"] for usage in usages} == {7}
    counts = [usage["completion_tokens"] for usage in usages]
    assert counts == sorted(counts) and counts[-1] == 3 * n and len(set(counts)) == 3 * n
    assert (chunks[-1]["choices"] == []) == include_usage
