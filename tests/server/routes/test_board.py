"""`GET /` and `GET /board/state`: what is told, to whom."""

import json
from typing import Any

import msgspec
import pytest
from litestar import Litestar
from litestar.testing import TestClient

from scoring.verdict import score
from server.app import create_app
from server.board.answers import MAX_TEXT_CHARS
from server.engine.errors import RowFailed
from server.metrics.buckets import SCORE_BANDS
from server.settings.settings import Settings
from server.settings.values import Secret
from tests.server.fake_engine import ADAPTER, BASE, FakeEngine

Client = TestClient[Litestar]
CHAT = "/v1/chat/completions"
STATE = "/board/state"
HOSTILE = "<img src=x onerror=alert(1)> secret words"


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_the_page_comes_with_its_policy_and_may_not_be_framed_or_sniffed(method: str, client: Client) -> None:
    response = client.request(method, "/")
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in response.headers["content-security-policy"]
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["referrer-policy"] == "no-referrer"


def test_the_state_before_any_answer(client: Client) -> None:
    state = client.get(STATE).json()
    assert (state["model"], state["scorer"], state["is_ready"], state["shows_text"]) == (BASE.id, "lek-v1", True, False)
    assert (state["answers"], state["num_answers"]) == ([], 0)
    assert (state["first_token_s"], state["duration_s"], sum(state["tokens_by_second"])) == (None, None, 0)
    assert [(adapter["name"], adapter["num_answers"], adapter["mean_score"]) for adapter in state["adapters"]] == [
        (None, 0, None),
        (ADAPTER.id, 0, None),
    ]


@pytest.mark.parametrize("stream", [False, True])
def test_an_answer_is_noted_once_with_what_the_response_said(stream: bool, client: Client, chat: dict[str, Any]) -> None:
    client.post(CHAT, json=chat | {"model": ADAPTER.id, "stream": stream})
    state = client.get(STATE).json()
    (answer,) = state["answers"]
    expected = score("Hello there.")
    assert answer["id"].startswith("chatcmpl-")
    assert (answer["adapter"], answer["num_tokens"], answer["stopped_by"]) == (ADAPTER.id, 3, None)
    assert answer["lek_score"] == expected.lek_score
    assert answer["dimensions"] == {name: value for name, value in expected.heuristic.items() if value}
    assert 0 < answer["first_token_s"] <= answer["duration_s"]
    assert (state["num_answers"], sum(state["tokens_by_second"])) == (1, 3)
    assert state["duration_s"] == {"median": answer["duration_s"], "p95": answer["duration_s"]}
    _, adapter = state["adapters"]
    assert (adapter["num_answers"], adapter["mean_score"]) == (1, expected.lek_score)
    (minute,) = adapter["minutes"]
    assert (minute["num_answers"], minute["mean_score"]) == (1, expected.lek_score)
    assert minute["age"] in (0, 1)
    assert (len(adapter["bands"]), sum(adapter["bands"])) == (len(SCORE_BANDS), 1)


def test_flags_are_counted_and_the_guard_is_named_without_what_was_repeated(chat: dict[str, Any]) -> None:
    with TestClient(create_app(FakeEngine(["zebra "] * 200), Settings(on_degeneration="stop"))) as client:
        client.post(CHAT, json=chat)
        state = client.get(STATE)
    (answer,) = state.json()["answers"]
    assert {"flag": answer["stopped_by"], "tier": "hard", "start": 0} in answer["flags"]
    base = state.json()["adapters"][0]
    assert (base["num_hard"], base["num_soft"]) == (1, 0)
    assert {"flag": answer["stopped_by"], "tier": "hard", "num_answers": 1} in base["flags"]
    assert "zebra" not in state.text


@pytest.mark.parametrize("name", ["lek-v2", "lek-v1-paper"])
def test_scores_are_on_the_servers_own_scale(name: str, chat: dict[str, Any]) -> None:
    with TestClient(create_app(FakeEngine(["I feel", " hope."]), Settings())) as client:
        client.post(CHAT, json=chat | {"scorer": name})
        assert client.get(STATE).json()["answers"][0]["lek_score"] == score("I feel hope.").lek_score


def test_only_what_the_page_has_not_seen_is_sent(client: Client, chat: dict[str, Any]) -> None:
    ids = [client.post(CHAT, json=chat).json()["id"] for _ in range(3)]
    assert [answer["id"] for answer in client.get(f"{STATE}?seen=1").json()["answers"]] == [ids[2], ids[1]]
    assert client.get(f"{STATE}?seen=3").json()["answers"] == []


@pytest.mark.parametrize(
    ("query", "param"), [("seen=-1", "seen"), ("seen=x", "seen"), ("seen=", "seen"), ("seen=" + "9" * 19, "seen"), ("key=a", "key")]
)
def test_a_wrong_query_is_refused_by_name(query: str, param: str, client: Client) -> None:
    response = client.get(f"{STATE}?{query}")
    assert (response.status_code, response.json()["error"]["param"]) == (400, param)


def test_an_answer_that_failed_is_not_noted_but_its_tokens_are_counted(engine: FakeEngine, client: Client, chat: dict[str, Any]) -> None:
    engine.failure, engine.fails_at = RowFailed("broken"), 2
    client.post(CHAT, json=chat)
    state = client.get(STATE).json()
    assert (state["answers"], sum(state["tokens_by_second"])) == ([], 2)


def test_a_replaced_adapter_is_shown_as_it_is_loaded_now_and_one_that_has_gone_as_gone(
    engine: FakeEngine, client: Client, chat: dict[str, Any]
) -> None:
    client.post(CHAT, json=chat | {"model": ADAPTER.id})
    engine.adapters.loaded[ADAPTER.id] = msgspec.structs.replace(engine.adapters.loaded[ADAPTER.id], digest="sha256:new")
    assert client.get(STATE).json()["adapters"][1]["loaded"]["digest"] == "sha256:new"
    engine.adapters.loaded.clear()
    _, gone = client.get(STATE).json()["adapters"]
    assert (gone["name"], gone["loaded"], gone["num_answers"]) == (ADAPTER.id, None, 1)


def test_neither_prompts_nor_texts_nor_paths_are_told_by_default(chat: dict[str, Any]) -> None:
    with TestClient(create_app(FakeEngine([HOSTILE]), Settings())) as client:
        client.post(CHAT, json=chat | {"messages": [{"role": "user", "content": "a private question"}]})
        state = client.get(STATE)
    assert (state.json()["answers"][0]["text"], state.json()["shows_text"]) == (None, False)
    for private in ("private", "secret", "onerror", "/adapters/", "/models/"):
        assert private not in state.text


def test_with_board_text_the_answers_text_is_told_but_not_the_prompt(chat: dict[str, Any]) -> None:
    with TestClient(create_app(FakeEngine([HOSTILE, " and more"]), Settings(board_text=True))) as client:
        client.post(CHAT, json=chat | {"messages": [{"role": "user", "content": "a private question"}]})
        state = client.get(STATE)
    (answer,) = state.json()["answers"]
    assert (answer["text"], answer["is_text_cut"], state.json()["shows_text"]) == (f"{HOSTILE} and more", False, True)
    assert "private" not in state.text


def test_a_long_text_is_cut(chat: dict[str, Any]) -> None:
    with TestClient(create_app(FakeEngine(["x" * MAX_TEXT_CHARS, "y"]), Settings(board_text=True))) as client:
        client.post(CHAT, json=chat)
        (answer,) = client.get(STATE).json()["answers"]
    assert (answer["text"], answer["is_text_cut"]) == ("x" * MAX_TEXT_CHARS, True)


@pytest.mark.parametrize(("sent", "status"), [(None, 401), ("wrong", 401), ("good", 200), ("admin", 200)])
def test_with_keys_the_page_is_open_and_its_state_is_not(sent: str | None, status: int, chat: dict[str, Any]) -> None:
    settings = Settings(api_keys=(Secret("good"),), admin_key=Secret("admin"))
    headers = {"authorization": f"Bearer {sent}"} if sent else {}
    with TestClient(create_app(FakeEngine(), settings)) as client:
        client.post(CHAT, json=chat, headers={"authorization": "Bearer good"})
        page = client.get("/")
        state = client.get(STATE, headers=headers)
        assert client.get(f"{STATE}?key=good").status_code == 401
    assert (page.status_code, state.status_code) == (200, status)
    assert BASE.id not in page.text
    if status == 401:
        assert BASE.id not in state.text
        assert json.loads(state.text)["error"]["code"] == "invalid_api_key"
    else:
        assert state.headers["cache-control"] == "no-store"
        assert state.json()["num_answers"] == 1


@pytest.mark.parametrize("path", ["/board", "/board/", "/board/state/", "//board/state", "/board/state/x", "//"])
def test_no_spelling_of_a_path_goes_round_the_key(path: str) -> None:
    with TestClient(create_app(FakeEngine(), Settings(api_keys=(Secret("good"),)))) as client:
        response = client.get(path)
    assert BASE.id not in response.text
    assert response.status_code in (200, 401, 404)
    assert response.status_code != 200 or response.headers["content-type"].startswith("text/html")
