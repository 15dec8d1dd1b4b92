"""`/v1/adapters` over Litestar's test client, and over a socket where two come at once."""

import asyncio
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from adapters.errors import (
    AdapterError,
    BankFull,
    HubNotReached,
    MismatchedAdapter,
    NoAdapter,
    SlotsFull,
    UnreadableAdapter,
    UnsupportedAdapter,
)
from server.app import create_app
from server.settings.settings import Settings
from tests.server.fake_engine import BASE, FakeEngine
from tests.server.live_server import TIMEOUT_S, LiveServer

Client = TestClient[Litestar]
URL = "/v1/adapters"
MISMATCHES = [f"model.layers.{i}.self_attn.q_proj: expected 1152 inputs, the adapter has 2304" for i in range(50)]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder that adapters may be loaded from."""
    (tmp_path / "root" / "lek").mkdir(parents=True)
    return tmp_path / "root"


@pytest.fixture
def client(engine: FakeEngine, root: Path) -> Iterator[Client]:
    with TestClient(create_app(engine, Settings(adapter_dirs=(str(root),), max_body_bytes=10_000))) as client:
        yield client


def list_names(client: Any) -> list[str]:
    return [model["id"] for model in client.get("/v1/models").json()["data"]]


def test_adapters_are_listed_with_what_tells_them_apart(client: Client) -> None:
    assert client.get(URL).json() == {
        "object": "list",
        "data": [
            {
                "name": "lek-demo",
                "object": "adapter",
                "created": 1_700_000_001,
                "parent": BASE.id,
                "state": "loaded",
                "path": "/adapters/lek-demo",
                "revision": None,
                "format": "mlx-lm",
                "kind": "lora",
                "digest": "sha256:abc",
                "rank": 8,
                "scale": 20.0,
                "targets": ["self_attn.q_proj", "self_attn.v_proj"],
                "share_of_layers": 0.25,
                "size_bytes": 4096,
                "left_out": [],
                "num_running": 0,
                "training": {
                    "basis": "planned",
                    "iterations": 600,
                    "learning_rate": 1e-5,
                    "batch_size": None,
                    "resumed_from": "adapters.safetensors",
                },
            }
        ],
    }
    assert client.head(URL).status_code == 200


@pytest.mark.parametrize("name", ["new", "org/new", "Ä ö"])
def test_an_adapter_is_loaded_asked_and_deleted(name: str, engine: FakeEngine, client: Client, root: Path, chat: dict[str, Any]) -> None:
    loaded = client.post(URL, json={"name": name, "path": "lek"})
    assert loaded.status_code == 200
    assert (loaded.json()["name"], loaded.json()["path"], loaded.json()["parent"]) == (name, str(root / "lek"), BASE.id)
    assert engine.adapters.within == [(root,)]
    assert list_names(client) == [BASE.id, "lek-demo", name]
    assert client.get(f"/v1/models/{name}").json()["root"] == str(root / "lek")
    answer = client.post("/v1/chat/completions", json=chat | {"model": name}).json()
    assert (answer["metadata"]["adapter"], answer["metadata"]["adapter_digest"]) == (name, "sha256:lek")
    deleted = client.delete(f"{URL}/{name}")
    assert deleted.status_code == 200
    assert deleted.json() == {"id": name, "object": "adapter", "deleted": True, "digest": "sha256:lek"}
    assert list_names(client) == [BASE.id, "lek-demo"]
    assert client.post("/v1/chat/completions", json=chat | {"model": name}).status_code == 404


def test_a_name_that_is_served_is_replaced(client: Client) -> None:
    assert client.post(URL, json={"name": "lek-demo", "path": "lek"}).json()["digest"] == "sha256:lek"
    assert list_names(client) == [BASE.id, "lek-demo"]


def test_a_content_that_was_not_asked_for_is_not_served(client: Client) -> None:
    body = {"name": "lek-demo", "path": "lek", "digest": "sha256:tested"}
    refused = client.post(URL, json=body)
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "adapter_changed")
    assert "expected sha256:tested, found sha256:lek" in refused.json()["error"]["message"]
    assert [card["digest"] for card in client.get(URL).json()["data"]] == ["sha256:abc"]
    assert client.post(URL, json=body | {"digest": "sha256:lek"}).json()["digest"] == "sha256:lek"


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"name": "new"}, "path"),
        ({"path": "lek"}, "name"),
        ({"name": "new", "path": "lek", "force": True}, "force"),
        ({"name": None, "path": "lek"}, "name"),
        ({"name": "", "path": "lek"}, "name"),
        ({"name": "none", "path": "lek"}, "name"),
        ({"name": BASE.id, "path": "lek"}, "name"),
        ({"name": "../x", "path": "lek"}, "name"),
        ({"name": "a\nb", "path": "lek"}, "name"),
        ({"name": "x" * 129, "path": "lek"}, "name"),
        ({"name": "new", "path": ["lek"]}, "path"),
        ({"name": "new", "path": ""}, "path"),
        ({"name": "new", "path": "lek\x00"}, "path"),
        ({"name": "new", "path": "missing"}, "path"),
        ({"name": "new", "path": "/etc"}, "path"),
        ({"name": "new", "path": "../../../etc"}, "path"),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_loaded(body: dict[str, Any], param: str, client: Client) -> None:
    response = client.post(URL, json=body)
    assert (response.status_code, response.json()["error"]["param"]) == (400, param)
    assert response.json()["error"]["type"] == "invalid_request_error"
    assert list_names(client) == [BASE.id, "lek-demo"]


@pytest.mark.parametrize(("body", "status"), [(b"", 400), (b"{", 400), (b"[]", 400), (b"[" * 9_000, 400), (b" " * 20_000, 413)])
def test_a_body_that_is_none_is_refused(body: bytes, status: int, client: Client) -> None:
    assert client.post(URL, content=body, headers={"content-type": "application/json"}).status_code == status


def test_without_roots_loading_is_refused_with_what_to_do(engine: FakeEngine, root: Path) -> None:
    with TestClient(create_app(engine, Settings())) as client:
        error = client.post(URL, json={"name": "new", "path": str(root / "lek")}).json()["error"]
        assert client.delete(f"{URL}/lek-demo").status_code == 200
    assert error["param"] == "path"
    assert "--adapter-dir" in error["message"]


@pytest.mark.parametrize(
    ("failure", "status", "param", "code", "text"),
    [
        (NoAdapter("/x has no adapter_config.json"), 400, "path", None, "/x has no adapter_config.json."),
        (UnreadableAdapter("/x is not a file"), 400, "path", None, "/x is not a file."),
        (UnsupportedAdapter("it is a pickle"), 400, "path", None, "It is a pickle."),
        (MismatchedAdapter(MISMATCHES), 400, "path", None, MISMATCHES[-1]),
        (SlotsFull(["one", "two"], 2), 409, None, "adapter_slots_full", "one, two"),
        (BankFull("no room"), 409, None, "adapter_memory_full", "There is no memory for this adapter"),
        (AdapterError("new kind"), 400, "path", None, "New kind."),
        (NoAdapter("owner/name has no revision v2"), 400, "path", None, "owner/name has no revision v2."),
        (HubNotReached("owner/name cannot be fetched"), 409, None, "hub_not_reached", "owner/name cannot be fetched."),
        (UnreadableAdapter("adapters.safetensors of a/b is too large"), 400, "path", None, "adapters.safetensors of a/b is too large."),
    ],
)
def test_a_failure_to_load_says_all_that_is_wrong(
    failure: AdapterError, status: int, param: str | None, code: str | None, text: str, engine: FakeEngine, client: Client
) -> None:
    engine.adapters.failure = failure
    response = client.post(URL, json={"name": "new", "path": "lek"})
    error = response.json()["error"]
    assert (response.status_code, error["param"], error["code"]) == (status, param, code)
    assert text in error["message"]


@pytest.mark.parametrize("name", ["nobody", "a/b", BASE.id, "%2e%2e", "a%20"])
def test_deleting_who_is_not_loaded_is_404(name: str, client: Client) -> None:
    response = client.delete(f"{URL}/{name}")
    assert response.status_code == 404
    assert response.json()["error"]["code"] == "model_not_found"


@pytest.mark.parametrize(("query", "forced"), [("", False), ("?force=false", False), ("?force=true", True)])
def test_force_is_handed_on(query: str, forced: bool, engine: FakeEngine, client: Client) -> None:
    assert client.delete(f"{URL}/lek-demo{query}").status_code == 200
    assert engine.adapters.forced == [forced]


@pytest.mark.parametrize(("query", "param"), [("?force=1", "force"), ("?force=", "force"), ("?forse=true", "forse"), ("?force", "force")])
def test_a_wrong_query_is_named_and_nothing_is_unloaded(query: str, param: str, engine: FakeEngine, client: Client) -> None:
    response = client.delete(f"{URL}/lek-demo{query}")
    assert (response.status_code, response.json()["error"]["param"]) == (400, param)
    assert engine.adapters.forced == []


def test_the_same_name_twice_at_once_is_409_and_so_is_unloading_it(root: Path) -> None:
    engine = FakeEngine()
    gate = engine.adapters.gate = asyncio.Event()
    body = {"name": "new", "path": "lek"}
    with LiveServer(engine, Settings(adapter_dirs=(str(root),))) as server, server.connect() as client, ThreadPoolExecutor() as threads:
        first = threads.submit(client.post, URL, json=body)
        server.run(engine.adapters.has_reached_gate.wait())
        vllm_body = {"lora_name": "new", "lora_path": "lek"}
        late = [
            client.post(URL, json=body),
            client.delete(f"{URL}/new"),
            client.post("/v1/load_lora_adapter", json=vllm_body),
            client.post("/v1/unload_lora_adapter", json={"lora_name": "new"}),
        ]
        assert list_names(client) == [BASE.id, "lek-demo"]
        server.set(gate)
        assert first.result().status_code == 200
        assert [(response.status_code, response.json()["error"]["code"]) for response in late] == [(409, "adapter_busy")] * 4
        assert list_names(client) == [BASE.id, "lek-demo", "new"]


def test_a_load_whose_client_has_gone_is_finished_and_counted_for_the_next(root: Path) -> None:
    engine = FakeEngine()
    gate = engine.adapters.gate = asyncio.Event()
    body = b'{"name": "new", "path": "lek"}'
    head = f"POST {URL} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    with LiveServer(engine, Settings(adapter_dirs=(str(root),))) as server, server.connect() as client:
        with socket.create_connection(("127.0.0.1", server.port), TIMEOUT_S) as gone:
            gone.sendall(head.encode() + body)
            server.run(engine.adapters.has_reached_gate.wait())
        assert client.post(URL, json={"name": "new", "path": "lek"}).status_code == 409
        server.set(gate)
        server.run(engine.adapters.has_changed.wait())
        assert list_names(client) == [BASE.id, "lek-demo", "new"]
        assert client.delete(f"{URL}/new").status_code == 200
