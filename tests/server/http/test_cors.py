"""Pages of other origins: which may ask, and what they may read."""

from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from server.app import create_app
from server.http.cors import EXPOSED_HEADERS
from server.settings.settings import Settings
from server.settings.values import Secret
from tests.server.fake_engine import FakeEngine

CHAT = "/v1/chat/completions"
PAGE = "https://chat.example.org"
OTHER = "https://other.example.org"
ALLOW_ORIGIN = "access-control-allow-origin"


def connect(*origins: str, key: str | None = "good") -> TestClient[Litestar]:
    settings = Settings(cors_origins=origins, api_keys=(Secret(key),) if key else ())
    return TestClient(create_app(FakeEngine(), settings))


def ask_before(client: TestClient[Litestar], path: str, *, origin: str = PAGE, method: str = "POST", headers: str = "authorization") -> Any:
    """Send what a browser sends before a request that is not simple: it never holds a key."""
    sent = {"origin": origin, "access-control-request-method": method, "access-control-request-headers": headers}
    return client.options(path, headers=sent)


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", CHAT), ("GET", "/v1/models"), ("DELETE", "/v1/adapters/lek-demo"), ("GET", "/metrics"), ("POST", "/v1/embeddings")],
)
def test_a_preflight_needs_no_key(method: str, path: str) -> None:
    with connect(PAGE) as client:
        response = ask_before(client, path, method=method, headers="authorization,content-type,x-stainless-retry-count")
    assert response.status_code == 204
    assert response.headers[ALLOW_ORIGIN] == PAGE
    assert method in response.headers["access-control-allow-methods"].split(", ")
    allowed = response.headers["access-control-allow-headers"].lower().split(", ")
    assert {"authorization", "content-type", "x-stainless-retry-count"} <= set(allowed)
    assert response.headers["vary"] == "Origin"
    assert response.headers["x-request-id"]


def test_a_preflight_lets_nobody_past_the_key() -> None:
    with connect(PAGE) as client:
        assert ask_before(client, "/v1/models").status_code == 204
        response = client.get("/v1/models", headers={"origin": PAGE})
    assert response.status_code == 401
    assert response.headers[ALLOW_ORIGIN] == PAGE  # or the page could not read why


@pytest.mark.parametrize(
    ("method", "path", "fields", "status"),
    [
        ("POST", CHAT, {}, 200),
        ("POST", CHAT, {"stream": True}, 200),
        ("POST", CHAT, {"zz": 1}, 400),
        ("POST", CHAT, {"model": "nobody"}, 404),
        ("PUT", CHAT, {}, 405),
        ("POST", "/v1/embeddings", {}, 501),
        ("GET", "/nope", None, 404),
        ("GET", "/v1/models", None, 200),
        ("GET", "/health", None, 200),
    ],
)
def test_every_answer_may_be_read_by_the_page(method: str, path: str, fields: Any, status: int, chat: dict[str, Any]) -> None:
    with connect(OTHER, PAGE) as client:
        body = None if fields is None else chat | fields
        response = client.request(method, path, json=body, headers={"origin": PAGE, "authorization": "Bearer good"})
    assert response.status_code == status
    assert response.headers[ALLOW_ORIGIN] == PAGE
    assert response.headers["vary"] == "Origin"
    assert set(response.headers["access-control-expose-headers"].split(", ")) == set(EXPOSED_HEADERS) >= {"x-request-id", "retry-after"}
    assert "access-control-allow-credentials" not in response.headers


def test_another_origin_is_let_in_nowhere(chat: dict[str, Any]) -> None:
    with connect(PAGE, key=None) as client:
        preflight = ask_before(client, CHAT, origin=OTHER)
        response = client.post(CHAT, json=chat, headers={"origin": OTHER})
    assert preflight.status_code == 400
    assert ALLOW_ORIGIN not in preflight.headers
    assert ALLOW_ORIGIN not in response.headers


@pytest.mark.parametrize("origin", ["https://chat.example.org.evil.net", "https://chatxexample.org", "http://chat.example.org", "null"])
def test_an_origin_is_compared_whole(origin: str) -> None:
    with connect(PAGE, key=None) as client:
        assert ALLOW_ORIGIN not in client.get("/v1/models", headers={"origin": origin}).headers


def test_a_star_lets_every_page_in() -> None:
    with connect("*", key=None) as client:
        assert ask_before(client, CHAT, origin=OTHER).headers[ALLOW_ORIGIN] == "*"
        assert client.get("/v1/models", headers={"origin": OTHER}).headers[ALLOW_ORIGIN] == "*"


def test_without_the_setting_there_is_no_such_header(chat: dict[str, Any]) -> None:
    with connect(key=None) as client:
        responses = [
            ask_before(client, CHAT),
            client.post(CHAT, json=chat, headers={"origin": PAGE}),
            client.get("/nope", headers={"origin": PAGE}),
        ]
    assert [name for response in responses for name in response.headers if name.startswith("access-control")] == []


def test_a_client_that_is_no_browser_notices_nothing(chat: dict[str, Any]) -> None:
    with connect(PAGE, key=None) as client:
        response = client.post(CHAT, json=chat)
    assert response.status_code == 200
    assert [name for name in response.headers if name.startswith("access-control")] == []
