"""OpenAI's routes that candor does not have."""

import re
from pathlib import Path

import openai
import pytest
from litestar import Litestar
from litestar.testing import TestClient
from openai import OpenAI

from server.app import HANDLERS, create_app
from server.http.unbuilt import UNBUILT
from server.settings.settings import Settings
from server.settings.values import Secret
from tests.server.fake_engine import FakeEngine
from tests.server.live_server import LiveServer

Client = TestClient[Litestar]
SERVED = {path.split("/")[2] for handler in HANDLERS for path in handler.paths if path.startswith("/v1/")}


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
@pytest.mark.parametrize(
    "path",
    [
        "/v1/embeddings",
        "/v1/images/generations",
        "/v1/audio/speech",
        "/v1/files/file-1/content",
        "/v1/fine_tuning/jobs",
        "/v1/threads/",
        "/v1/responses/resp_1",
        "/v1/responses/compact",
    ],
)
def test_a_route_of_openais_is_501_whatever_the_method(method: str, path: str, client: Client) -> None:
    response = client.request(method, path)
    assert response.status_code == 501
    error = response.json()["error"]
    assert (error["type"], error["code"], error["param"]) == ("not_implemented_error", "not_implemented", None)
    assert error["message"].startswith(f"{path} is not implemented: ")
    assert {"/v1/chat/completions,", "/v1/models,", "/schema"} <= set(error["message"].split())
    assert "{" not in error["message"]


@pytest.mark.parametrize(
    "path", ["/embeddings", "/v1/embedding", "/v1/embeddingsx", "/v2/embeddings", "/v1/x/embeddings", "/v1", "/v1/rerank"]
)
def test_any_other_path_stays_unknown(path: str, client: Client) -> None:
    response = client.post(path)
    assert (response.status_code, response.json()["error"]["code"]) == (404, "unknown_url")


def test_it_is_the_same_without_a_key() -> None:
    with TestClient(create_app(FakeEngine(), Settings(api_keys=(Secret("one"),)))) as client:
        assert client.post("/v1/embeddings", json={}).status_code == 501


def test_what_is_built_is_not_listed() -> None:
    assert not SERVED & UNBUILT


def test_every_route_that_the_sdk_knows_is_served_or_listed() -> None:
    sources = (Path(openai.__file__).parent / "resources").rglob("*.py")
    known = {first for source in sources for first in re.findall(r'"/(?:v1/)?([a-z_]+)[/"]', source.read_text(encoding="utf-8"))}
    assert {"embeddings", "chat", "vector_stores"} <= known
    assert not known - UNBUILT - SERVED


def test_the_sdk_asks_once_and_says_why() -> None:
    with (
        LiveServer(FakeEngine()) as server,
        OpenAI(base_url=f"{server.url}/v1", api_key="none", max_retries=2) as sdk,
        pytest.raises(openai.InternalServerError, match="not implemented") as raised,
    ):
        sdk.embeddings.create(model="gemma-3-demo", input="Hello")
    assert (raised.value.status_code, raised.value.code) == (501, "not_implemented")
    assert raised.value.response.request.headers["x-stainless-retry-count"] == "0"
