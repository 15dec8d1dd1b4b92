"""What an endpoint lists."""

import asyncio
import socket

import pytest

from clients.asking.connection import ListedModel, connect, list_models
from clients.asking.credentials import Credentials
from clients.asking.endpoint import read_api_root
from clients.errors import EndpointFailure
from tests.clients.fake_endpoint import FakeAnswer, FakeEndpoint, refusal


def listed(url: str) -> tuple[ListedModel, ...]:
    async def list_once() -> tuple[ListedModel, ...]:
        async with connect(read_api_root(url), Credentials()) as client:
            return await list_models(client, Credentials())

    return asyncio.run(list_once())


def test_models_are_listed_in_the_endpoints_order(endpoint: FakeEndpoint) -> None:
    endpoint.listing = FakeAnswer(
        body=b'{"data": [{"id": "base", "digest": null}, {"id": "tuned", "digest": "sha256:1", "parent": "base"}]}'
    )
    assert listed(endpoint.url) == (ListedModel(id="base"), ListedModel(id="tuned", parent="base", digest="sha256:1"))


@pytest.mark.parametrize(
    "answer", [refusal(404, "no such route"), FakeAnswer(body=b"{}"), FakeAnswer(body=b"<html>"), FakeAnswer(body=b"\xff")]
)
def test_endpoint_without_a_list_lists_nothing(endpoint: FakeEndpoint, answer: FakeAnswer) -> None:
    endpoint.listing = answer
    assert listed(endpoint.url) == ()


@pytest.mark.parametrize("status", [401, 403])
def test_refused_key_is_said(endpoint: FakeEndpoint, status: int) -> None:
    endpoint.listing = refusal(status, "who are you?")
    with pytest.raises(EndpointFailure, match=f"HTTP {status}: who are you"):
        listed(endpoint.url)


def test_unreachable_endpoint_is_said() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))  # bound and not listening: nobody else answers there
        with pytest.raises(EndpointFailure, match=r"cannot reach http://127\.0\.0\.1"):
            listed(f"http://127.0.0.1:{unused.getsockname()[1]}")


def test_own_machine_is_reached_past_a_proxy(endpoint: FakeEndpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert [model.id for model in listed(endpoint.url)] == ["base", "tuned"]
