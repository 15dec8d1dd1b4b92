"""`POST /v1/score` over Litestar's test client."""

import json
from typing import Any

import msgspec
import pytest
from litestar import Litestar
from litestar.testing import TestClient

from scoring.scorers import scorer_names
from scoring.verdict import score
from server.app import create_app
from server.settings.settings import Settings
from server.settings.values import Secret
from server.wire.score import MAX_TEXTS
from tests.server.fake_engine import FakeEngine

Client = TestClient[Litestar]
URL = "/v1/score"
CHAT = "/v1/chat/completions"
TEXTS = ("I think so.", "", "la " * 200, "She felt the light.\n\nHowever, it depends?", "\x00 ☃")


def to_json(scores: object) -> Any:
    return json.loads(msgspec.json.encode(scores))


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_gets_its_scores(text: str, client: Client) -> None:
    response = client.post(URL, json={"text": text})
    assert (response.status_code, response.json()) == (200, to_json(score(text)))


def test_it_is_the_object_that_a_choice_carries(client: Client, chat: dict[str, Any]) -> None:
    chosen = client.post(CHAT, json=chat).json()["choices"][0]
    assert client.post(URL, json={"text": chosen["message"]["content"], "prompt": "Hello"}).json() == chosen["scores"]


@pytest.mark.parametrize("texts", [TEXTS, TEXTS[:1], ("a",) * MAX_TEXTS])
def test_several_texts_get_theirs_in_order(texts: tuple[str, ...], client: Client) -> None:
    response = client.post(URL, json={"text": texts})
    assert (response.status_code, response.json()) == (200, {"results": [to_json(score(text)) for text in texts]})


def test_an_empty_text_scores_minus_60(client: Client) -> None:
    body = client.post(URL, json={"text": ""}).json()
    assert body["lek_score"] == -60
    assert [flag["flag"] for flag in body["degeneration"]["flags"]] == ["empty"]


@pytest.mark.parametrize("name", scorer_names())
def test_the_scorer_is_the_requests_or_the_servers(name: str, engine: FakeEngine) -> None:
    text = TEXTS[3]
    with TestClient(create_app(engine, Settings(scorer="lek-v2"))) as client:
        assert client.post(URL, json={"text": text, "scorer": name}).json() == to_json(score(text, scorer=name))
        for left_out in ({}, {"scorer": None, "prompt": None}):
            assert client.post(URL, json={"text": text} | left_out).json() == to_json(score(text, scorer="lek-v2"))


@pytest.mark.parametrize(("prompt", "tier"), [(None, "hard"), ("Tell me of the sea", "hard"), ("Repeat la many times", "soft")])
def test_the_verdict_minds_the_prompt(prompt: str | None, tier: str, client: Client) -> None:
    (flag,) = client.post(URL, json={"text": "la " * 200, "prompt": prompt}).json()["degeneration"]["flags"]
    assert (flag["flag"], flag["tier"]) == ("token_loop", tier)


def test_the_engines_special_tokens_are_known(client: Client) -> None:
    class OddEngine(FakeEngine):
        @property
        def special_tokens(self) -> frozenset[str]:
            return frozenset({"<odd-marker>"})

    def names(client: Client) -> list[str]:
        flags = client.post(URL, json={"text": "This is fine.<odd-marker>"}).json()["degeneration"]["flags"]
        return [flag["flag"] for flag in flags]

    with TestClient(create_app(OddEngine(), Settings())) as odd:
        assert names(odd) == ["special_token_leak"]
    assert names(client) == []


def test_no_engine_is_needed_and_none_is_asked(engine: FakeEngine, client: Client) -> None:
    engine.ready = False
    assert client.post(URL, json={"text": "I think so."}).status_code == 200
    assert engine.generations == []


def test_nothing_is_counted(client: Client) -> None:
    before = client.get("/metrics").text
    client.post(URL, json={"text": ["la " * 200, ""]})
    assert client.get("/metrics").text == before
    assert "candor_responses_scored_total" in before


@pytest.mark.parametrize(
    ("body", "param", "message"),
    [
        ({}, "text", "Missing required field: text"),
        ({"text": None}, "text", "expected 'str | array'"),
        ({"text": 5}, "text", "expected 'str | array'"),
        ({"text": {"text": "a"}}, "text", "expected 'str | array'"),
        ({"text": []}, "text", "length >= 1"),
        ({"text": ["a", 5]}, "text[1]", "expected 'str'"),
        ({"text": ["a"] * (MAX_TEXTS + 1)}, "text", f"length <= {MAX_TEXTS}"),
        ({"text": "a", "prompt": ["a"]}, "prompt", "expected 'str | null'"),
        ({"text": "a", "scorer": 1}, "scorer", "expected 'str | null'"),
        ({"text": "a", "scorer": "lek-v0"}, "scorer", ", ".join(scorer_names())),
        ({"text": "a", "texts": ["a"]}, "texts", "Unknown field: texts"),
        ({"text": "a", "model": "gemma-3-demo"}, "model", "Unknown field: model"),
    ],
)
def test_a_wrong_field_is_400_and_named(body: dict[str, Any], param: str, message: str, client: Client) -> None:
    response = client.post(URL, json=body)
    error = response.json()["error"]
    assert (response.status_code, error["param"], error["type"]) == (400, param, "invalid_request_error")
    assert message in error["message"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b'"a"',
        b'{"text": "\\ud800"}',
        b'{"text": "a\\udc00b"}',
        b'{"text": "\\ud800\\ud800"}',
        b'{"text": "\xed\xa0\x80"}',
        b'{"text": "a", "text": "b"}',
    ],
)
def test_a_body_that_cannot_be_read_is_400(body: bytes, client: Client) -> None:
    response = client.post(URL, content=body, headers={"content-type": "application/json"})
    assert (response.status_code, response.json()["error"]["type"]) == (400, "invalid_request_error")


def test_a_body_over_the_limit_is_413(engine: FakeEngine) -> None:
    with TestClient(create_app(engine, Settings(max_body_bytes=1000))) as client:
        assert client.post(URL, json={"text": "a" * 900}).status_code == 200
        assert client.post(URL, json={"text": "a" * 1000}).status_code == 413


def test_it_takes_an_api_key_where_one_is_set(engine: FakeEngine) -> None:
    with TestClient(create_app(engine, Settings(api_keys=(Secret("one"),), admin_key=Secret("two")))) as client:
        assert client.post(URL, json={"text": "a"}).status_code == 401
        for key in ("one", "two"):
            assert client.post(URL, json={"text": "a"}, headers={"authorization": f"Bearer {key}"}).status_code == 200


def test_what_takes_too_long_is_504(engine: FakeEngine) -> None:
    with TestClient(create_app(engine, Settings(request_timeout_s=0.05))) as client:
        response = client.post(URL, json={"text": "some words " * 400_000})
        assert (response.status_code, response.json()["error"]["code"]) == (504, "request_timeout")
        assert client.post(URL, json={"text": "a"}).status_code == 200
