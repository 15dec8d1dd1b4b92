"""vLLM's two routes: its texts, types and codes to the letter."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from adapters.errors import NoAdapter, SlotsFull, UnreadableAdapter
from server.app import create_app
from server.settings.settings import Settings
from tests.server.fake_engine import BASE, FakeEngine

Client = TestClient[Litestar]
LOAD, UNLOAD = "/v1/load_lora_adapter", "/v1/unload_lora_adapter"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "lek").mkdir()
    return tmp_path


@pytest.fixture
def client(engine: FakeEngine, root: Path) -> Iterator[Client]:
    with TestClient(create_app(engine, Settings(adapter_dirs=(str(root),)))) as client:
        yield client


def test_loading_and_unloading_succeed_in_vllms_words(engine: FakeEngine, client: Client, root: Path) -> None:
    loaded = client.post(LOAD, json={"lora_name": "sql", "lora_path": str(root / "lek")})
    assert (loaded.status_code, loaded.text) == (200, "Success: LoRA adapter 'sql' added successfully.")
    assert loaded.headers["content-type"].startswith("text/plain")
    assert [model["id"] for model in client.get("/v1/models").json()["data"]] == [BASE.id, "lek-demo", "sql"]
    unloaded = client.post(UNLOAD, json={"lora_name": "sql"})
    assert (unloaded.status_code, unloaded.text) == (200, "Success: LoRA adapter 'sql' removed successfully.")
    assert unloaded.headers["content-type"].startswith("text/plain")
    assert engine.adapters.forced == [False]


@pytest.mark.parametrize(
    ("url", "body", "status", "type", "message"),
    [
        (LOAD, {}, 400, "InvalidUserInput", "Both 'lora_name' and 'lora_path' must be provided."),
        (LOAD, {"lora_name": "a"}, 400, "InvalidUserInput", "Both 'lora_name' and 'lora_path' must be provided."),
        (LOAD, {"lora_name": "", "lora_path": "lek"}, 400, "InvalidUserInput", "Both 'lora_name' and 'lora_path' must be provided."),
        (
            LOAD,
            {"lora_name": "lek-demo", "lora_path": "lek"},
            400,
            "InvalidUserInput",
            "The lora adapter 'lek-demo' has already been loaded. If you want to load the adapter in place, set 'load_inplace' to True.",
        ),
        (LOAD, {"lora_name": "a", "lora_path": "nope"}, 404, "NotFoundError", "Loading lora a failed: No adapter found for nope"),
        (UNLOAD, {}, 400, "InvalidUserInput", "'lora_name' needs to be provided to unload a LoRA adapter."),
        (UNLOAD, {"lora_name": "a"}, 404, "NotFoundError", "The lora adapter 'a' cannot be found."),
        (UNLOAD, {"lora_name": BASE.id}, 404, "NotFoundError", f"The lora adapter '{BASE.id}' cannot be found."),
    ],
)
def test_vllms_refusals_are_its_own(url: str, body: dict[str, Any], status: int, type: str, message: str, client: Client) -> None:
    response = client.post(url, json=body)
    assert response.status_code == status
    assert response.json() == {"error": {"message": message, "type": type, "param": None, "code": status}}


def test_a_folder_without_an_adapter_is_missing_as_one_that_is_not_there(engine: FakeEngine, client: Client) -> None:
    engine.adapters.failure = NoAdapter("/x has no adapter_config.json")
    response = client.post(LOAD, json={"lora_name": "a", "lora_path": "lek"})
    assert (response.status_code, response.json()["error"]["message"]) == (404, "Loading lora a failed: No adapter found for lek")


def test_load_inplace_replaces(engine: FakeEngine, client: Client) -> None:
    response = client.post(LOAD, json={"lora_name": "lek-demo", "lora_path": "lek", "load_inplace": True})
    assert response.text == "Success: LoRA adapter 'lek-demo' added successfully."
    assert engine.adapters.loaded["lek-demo"].digest == "sha256:lek"


@pytest.mark.parametrize(
    ("url", "fields"),
    [
        (LOAD, {"lora_path": "lek", "load_inplace": True, "base_model_name": None, "is_3d_lora_weight": False}),
        (LOAD, {"lora_path": "lek", "load_inplace": True, "base_model_name": BASE.id}),
        (UNLOAD, {"lora_int_id": None}),
        (UNLOAD, {"lora_int_id": 7}),
    ],
)
def test_vllms_other_fields_are_taken_where_they_do_no_harm(url: str, fields: dict[str, Any], client: Client) -> None:
    assert client.post(url, json={"lora_name": "lek-demo"} | fields).status_code == 200


@pytest.mark.parametrize(
    ("url", "fields", "param"),
    [
        (LOAD, {"base_model_name": "another"}, "base_model_name"),
        (LOAD, {"is_3d_lora_weight": True}, "is_3d_lora_weight"),
        (LOAD, {"load_inplace": "yes"}, "load_inplace"),
        (LOAD, {"lora_name": 7}, "lora_name"),
        (LOAD, {"lora_name": BASE.id}, "lora_name"),
        (LOAD, {"lora_name": "none"}, "lora_name"),
        (LOAD, {"lora_name": "a/../b"}, "lora_name"),
        (LOAD, {"lora_path": "/etc"}, "lora_path"),
        (LOAD, {"lora_path": "../../etc/passwd"}, "lora_path"),
        (LOAD, {"lora_path": "lek\x00"}, "lora_path"),
        (LOAD, {"path": "lek"}, "path"),
        (UNLOAD, {"lora_int_id": "7"}, "lora_int_id"),
        (UNLOAD, {"force": True}, "force"),
    ],
)
def test_what_cannot_be_honoured_is_refused_by_name(url: str, fields: dict[str, Any], param: str, client: Client) -> None:
    good = {"lora_name": "new", "lora_path": "lek"} if url == LOAD else {"lora_name": "lek-demo"}
    response = client.post(url, json=good | fields)
    assert (response.status_code, response.json()["error"]["param"]) == (400, param)
    assert [model["id"] for model in client.get("/v1/models").json()["data"]] == [BASE.id, "lek-demo"]


def test_an_adapter_that_cannot_be_served_is_candors_refusal(engine: FakeEngine, client: Client) -> None:
    body = {"lora_name": "new", "lora_path": "lek"}
    engine.adapters.failure = UnreadableAdapter("/x/adapters.safetensors is not a file")
    response = client.post(LOAD, json=body)
    assert (response.status_code, response.json()["error"]["param"]) == (400, "lora_path")
    engine.adapters.failure = SlotsFull(["lek-demo"], 1)
    response = client.post(LOAD, json=body)
    assert (response.status_code, response.json()["error"]["code"]) == (409, "adapter_slots_full")
