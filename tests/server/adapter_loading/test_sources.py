"""Adapters by the name of a Hugging Face repository, over both routes: only where that is allowed, and behind a folder of that name."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from server.app import create_app
from server.settings.settings import Settings
from tests.adapters.adapter_files import write_mlx_lm
from tests.fake_hub import COMMIT, GATED, FakeHub, run_fake_hub
from tests.server.fake_engine import FakeEngine

Client = TestClient[Litestar]
NAME = "owner/adapter"
URL, VLLM_URL = "/v1/adapters", "/v1/load_lora_adapter"


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[FakeHub]:
    """A hub with one adapter."""
    write_mlx_lm(tmp_path / "adapter")
    with run_fake_hub(monkeypatch, tmp_path / "cache") as hub:
        hub.add(NAME, tmp_path / "adapter")
        yield hub


def open_client(engine: FakeEngine, **settings: Any) -> Client:
    return TestClient(create_app(engine, Settings(**settings)))


def load(client: Client, path: str) -> Any:
    return client.post(URL, json={"name": "mine", "path": path})


@pytest.mark.parametrize("text", [NAME, f"{NAME}@v1"])
@pytest.mark.parametrize("has_folders", [True, False])
def test_a_repository_is_loaded_at_the_commit_that_its_card_tells(
    hub: FakeHub, engine: FakeEngine, tmp_path: Path, text: str, has_folders: bool
) -> None:
    folders = (str(tmp_path),) if has_folders else ()
    with open_client(engine, allow_hub_adapters=True, adapter_dirs=folders) as client:
        answer = load(client, text)
        (_, _, served) = client.get("/v1/models").json()["data"]
    card = answer.json()
    cached = tmp_path / "cache" / "models--owner--adapter"
    assert (answer.status_code, card["revision"]) == (200, COMMIT)
    assert card["path"] == served["root"] == str(cached / "snapshots" / COMMIT)
    assert engine.adapters.within == [(cached,)]
    assert hub.fetched() == {"adapter_config.json", "adapters.safetensors"}


def test_a_folder_of_that_name_goes_before_the_repository(hub: FakeHub, engine: FakeEngine, tmp_path: Path) -> None:
    (tmp_path / "root" / NAME).mkdir(parents=True)
    with open_client(engine, allow_hub_adapters=True, adapter_dirs=(str(tmp_path / "root"),)) as client:
        card = load(client, NAME).json()
    assert (card["path"], card["revision"]) == (str(tmp_path / "root" / NAME), None)
    assert not hub.asked


def test_a_folder_of_that_name_that_leads_elsewhere_is_refused_and_not_looked_for_again(
    hub: FakeHub, engine: FakeEngine, tmp_path: Path
) -> None:
    (tmp_path / "root" / "owner").mkdir(parents=True)
    (tmp_path / "root" / NAME).symlink_to(tmp_path / "adapter")
    with open_client(engine, allow_hub_adapters=True, adapter_dirs=(str(tmp_path / "root"),)) as client:
        answer = load(client, NAME)
    assert answer.status_code == 400
    assert "does not lie inside a folder" in answer.json()["error"]["message"]
    assert not hub.asked


@pytest.mark.parametrize("has_folders", [True, False])
@pytest.mark.parametrize("url", [URL, VLLM_URL])
def test_without_the_flag_nothing_is_asked_of_the_hub_and_the_flag_is_named(
    hub: FakeHub, engine: FakeEngine, tmp_path: Path, has_folders: bool, url: str
) -> None:
    body = {"name": "mine", "path": NAME} if url == URL else {"lora_name": "mine", "lora_path": NAME}
    with open_client(engine, adapter_dirs=(str(tmp_path),) if has_folders else ()) as client:
        answer = client.post(url, json=body)
    assert answer.status_code == 400
    assert "--allow-hub-adapters" in answer.json()["error"]["message"]
    assert not hub.asked


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("owner/nothing", "Hugging Face has no repository owner/nothing, or it is private or gated: log in with 'hf auth login'"),
        (GATED, "gated"),
        (f"{NAME}@v2", "has no revision v2"),
        ("owner/text", "has no adapter_config.json at its root"),
    ],
)
def test_what_is_not_there_is_the_requests_fault(hub: FakeHub, engine: FakeEngine, text: str, message: str) -> None:
    hub.repositories["owner/text"] = {"README.md": b"text"}
    with open_client(engine, allow_hub_adapters=True) as client:
        answer = load(client, text)
        told_vllm = client.post(VLLM_URL, json={"lora_name": "mine", "lora_path": text})
    error = answer.json()["error"]
    assert (answer.status_code, error["param"], error["type"]) == (400, "path", "invalid_request_error")
    assert message in error["message"]
    assert told_vllm.status_code == 404
    assert told_vllm.json()["error"]["message"] == f"Loading lora mine failed: No adapter found for {text}"


def test_a_hub_out_of_reach_is_a_conflict_that_may_pass(hub: FakeHub, engine: FakeEngine) -> None:
    hub.shutdown()
    hub.server_close()
    with open_client(engine, allow_hub_adapters=True) as client:
        answer = load(client, NAME)
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "hub_not_reached")
    assert "check the network, or give a folder" in answer.json()["error"]["message"]
