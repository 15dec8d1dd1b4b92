"""Routes, their methods, and what is answered where there is none."""

import logging
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from server.app import create_app
from server.engine.protocol import ServedModel
from server.settings.settings import Settings
from server.settings.values import Secret
from tests.server.fake_engine import FakeEngine

Client = TestClient[Litestar]
CHAT = "/v1/chat/completions"


def test_models_are_listed_base_first(client: Client) -> None:
    body = client.get("/v1/models").json()
    assert body["object"] == "list"
    assert body["data"] == [
        {
            "id": "gemma-3-demo",
            "object": "model",
            "created": 1_700_000_000,
            "owned_by": "candor",
            "parent": None,
            "root": "/models/demo",
            "digest": None,
            "state": "loaded",
        },
        {
            "id": "lek-demo",
            "object": "model",
            "created": 1_700_000_001,
            "owned_by": "candor",
            "parent": "gemma-3-demo",
            "root": "/adapters/lek-demo",
            "digest": "sha256:abc",
            "state": "loaded",
        },
    ]


def test_one_model_is_shown_by_its_id(client: Client) -> None:
    assert client.get("/v1/models/lek-demo").json()["parent"] == "gemma-3-demo"


@pytest.mark.parametrize("path", ["mlx-community/gemma-3-1b-it-qat-4bit", "mlx-community%2Fgemma-3-1b-it-qat-4bit"])
def test_a_model_id_may_hold_slashes(path: str, engine: FakeEngine, client: Client) -> None:
    name = "mlx-community/gemma-3-1b-it-qat-4bit"
    engine.served = (*engine.served, ServedModel(id=name, created=1))
    assert client.get(f"/v1/models/{path}").json()["id"] == name


@pytest.mark.parametrize("name", ["nobody", "a/b", "lek-demo/x"])
def test_an_unknown_model_is_404(name: str, client: Client) -> None:
    response = client.get(f"/v1/models/{name}")
    assert response.status_code == 404
    assert response.json()["error"]["code"] == "model_not_found"
    assert response.json()["error"]["param"] == "model"


@pytest.mark.parametrize(("path", "status"), [("/health/live", "live"), ("/health/ready", "ready"), ("/health", "ready")])
def test_health_is_good(path: str, status: str, client: Client) -> None:
    response = client.get(path)
    assert (response.status_code, response.json()) == (200, {"status": status})


def test_health_of_an_engine_that_takes_nothing_is_503_but_live(engine: FakeEngine, client: Client) -> None:
    engine.ready = False
    assert client.get("/health/live").status_code == 200
    for path in ("/health", "/health/ready"):
        response = client.get(path)
        assert response.status_code == 503
        assert response.json()["error"]["code"] == "engine_unavailable"


@pytest.mark.parametrize("path", ["/nope", "/v1", "/v1/nope", "/v1/chat", "/health/nope", "/%00", "/v1/chat/completions/x"])
def test_an_unknown_route_is_404_in_the_envelope(path: str, client: Client) -> None:
    response = client.get(path)
    assert response.status_code == 404
    assert response.json()["error"]["message"].startswith("Unknown route: GET ")


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("GET", "/v1/chat/completions", "OPTIONS, POST"),
        ("PUT", "/v1/chat/completions", "OPTIONS, POST"),
        ("POST", "/v1/models", "GET, HEAD, OPTIONS"),
        ("DELETE", "/v1/models/lek-demo", "GET, HEAD, OPTIONS"),
        ("POST", "/metrics", "GET, HEAD, OPTIONS"),
        ("DELETE", "/v1/adapters", "GET, HEAD, OPTIONS, POST"),
        ("DELETE", "/v1/adapters/", "GET, HEAD, OPTIONS, POST"),
        ("GET", "/v1/adapters/lek-demo", "DELETE, OPTIONS"),
        ("GET", "/v1/load_lora_adapter", "OPTIONS, POST"),
        ("GET", "/v1/unload_lora_adapter", "OPTIONS, POST"),
        ("GET", "/v1/score", "OPTIONS, POST"),
    ],
)
def test_a_wrong_method_is_405_and_says_which_are_allowed(method: str, path: str, allow: str, client: Client) -> None:
    response = client.request(method, path)
    assert response.status_code == 405
    assert response.headers["allow"] == allow
    assert response.json()["error"]["code"] == "method_not_allowed"


def test_options_and_head_are_answered(client: Client) -> None:
    options = client.options("/v1/models")
    assert (options.status_code, options.headers["allow"], options.content) == (204, "GET, HEAD, OPTIONS", b"")
    head = client.head("/health")
    assert (head.status_code, head.content) == (200, b"")


def test_a_failure_of_ours_is_500_and_tells_nothing(engine: FakeEngine, chat: dict[str, Any], caplog: pytest.LogCaptureFixture) -> None:
    engine.failure = KeyError("secret")
    with TestClient(create_app(engine, Settings()), raise_server_exceptions=False) as client:
        response = client.post("/v1/chat/completions", json=chat)
    assert response.status_code == 500
    assert response.json()["error"]["type"] == "server_error"
    assert "secret" not in response.text
    assert any(record.exc_info and "secret" in str(record.exc_info[1]) for record in caplog.records)


def test_the_end_of_the_application_closes_the_engine(engine: FakeEngine) -> None:
    with TestClient(create_app(engine, Settings())):
        assert engine.grace_s is None
    assert engine.grace_s is not None


@pytest.mark.parametrize(
    ("header", "status"),
    [
        (None, 401),
        ("", 401),
        ("Bearer", 401),
        ("Bearer ", 401),
        ("Bearer wrong", 401),
        ("Bearer one two", 401),
        ("Basic one", 401),
        ("one", 401),
        ("Bearer one", 200),
        ("bearer two", 200),
    ],
)
def test_a_key_is_needed_where_keys_are_set(header: str | None, status: int, engine: FakeEngine) -> None:
    headers = {} if header is None else {"authorization": header}
    with TestClient(create_app(engine, Settings(api_keys=(Secret("one"), Secret("two"))))) as client:
        for path in ("/v1/models", "/v1/models/lek-demo", "/metrics"):
            response = client.get(path, headers=headers)
            assert response.status_code == status
            if status == 401:
                assert response.json()["error"]["code"] == "invalid_api_key"
                assert response.headers["www-authenticate"] == "Bearer"


def test_without_a_key_nothing_is_generated_but_health_is_told(engine: FakeEngine, chat: dict[str, Any]) -> None:
    with TestClient(create_app(engine, Settings(api_keys=(Secret("one"),)))) as client:
        assert client.post("/v1/chat/completions", json=chat).status_code == 401
        assert [client.get(path).status_code for path in ("/health", "/health/live", "/health/ready")] == [200, 200, 200]
    assert engine.generations == []


def test_two_applications_share_nothing(chat: dict[str, Any]) -> None:
    with TestClient(create_app(FakeEngine(), Settings())) as first, TestClient(create_app(FakeEngine(), Settings())) as second:
        first.post("/v1/chat/completions", json=chat)
        completed = 'candor_requests_total{adapter="none",model="gemma-3-demo",outcome="completed"}'
        assert f"{completed} 1.0" in first.get("/metrics").text
        assert f"{completed} 0.0" in second.get("/metrics").text


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/health"), ("GET", "/metrics"), ("OPTIONS", "/v1/models"), ("GET", "/nope"), ("PUT", "/health"), ("POST", CHAT)],
)
def test_every_answer_has_an_id_of_its_own(method: str, path: str, client: Client) -> None:
    first, second = (client.request(method, path).headers["x-request-id"] for _ in range(2))
    assert first.startswith("req_")
    assert first != second


def test_a_completions_id_is_that_of_its_request(client: Client, chat: dict[str, Any]) -> None:
    response = client.post(CHAT, json=chat)
    assert response.headers["x-request-id"].removeprefix("req_") == response.json()["id"].removeprefix("chatcmpl-")


def test_a_path_cannot_forge_a_log_line(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    assert client.get("/nope%0Aforged").status_code == 404
    assert not any("forged" in record.getMessage() for record in caplog.records if record.name.startswith("server"))
