"""More adapters than there are slots, over HTTP on the real engine: who gives way, who stays, and what whoever finds no room is told."""

import shutil
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest

from adapters.base.device import Device
from adapters.files.reading import AdapterWeights, read_adapter
from server.engine.mlx import adapter_host
from server.engine.mlx.engine import MlxEngine
from server.settings.settings import Settings
from tests.server.live_server import LiveServer
from tools.random_adapter import write_random_adapter

NUM_FOLDERS, NUM_SLOTS = 4, 2
URL, CHAT = "/v1/adapters", "/v1/chat/completions"


@pytest.fixture(scope="module")
def root(small_gemma: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four adapters and an empty folder."""
    root = tmp_path_factory.mktemp("slots")
    for number in range(NUM_FOLDERS):
        write_random_adapter(root / f"folder-{number}", base=small_gemma, rank=2 + number, seed=number, size=0.2)
    (root / "empty").mkdir()
    return root


def connect(root: Path, base: Path, device: Device, *, may_evict: bool) -> Iterator[httpx.Client]:
    limits = Settings(max_batch_size=8, max_adapters=NUM_SLOTS, evict_adapters=may_evict).limits
    engine = MlxEngine.open(model=str(base), model_name="base", device=device, limits=limits)
    with LiveServer(engine, Settings(adapter_dirs=(str(root),))) as server, server.connect() as client:
        yield client


@pytest.fixture
def evicting(root: Path, small_gemma: Path, device: Device) -> Iterator[httpx.Client]:
    yield from connect(root, small_gemma, device, may_evict=True)


@pytest.fixture
def strict(root: Path, small_gemma: Path, device: Device) -> Iterator[httpx.Client]:
    yield from connect(root, small_gemma, device, may_evict=False)


def load(client: httpx.Client, name: str, folder: str = "folder-0") -> httpx.Response:
    return client.post(URL, json={"name": name, "path": folder})


def names(client: httpx.Client, state: str = "loaded") -> list[str]:
    return [adapter["name"] for adapter in client.get(URL).json()["data"] if adapter["state"] == state]


def body(model: str, **fields: Any) -> dict[str, Any]:
    return {"model": model, "messages": [{"role": "user", "content": "Hello"}], "max_tokens": 4, "temperature": 0} | fields


def test_nothing_in_a_root_is_loaded_by_itself(strict: httpx.Client) -> None:
    assert names(strict) == []
    assert [model["id"] for model in strict.get("/v1/models").json()["data"]] == ["base"]


def test_when_full_409_lists_who_holds_the_slots_and_replacing_goes_on(strict: httpx.Client) -> None:
    for number, name in enumerate("ab"):
        assert load(strict, name, f"folder-{number}").status_code == 200
    refused = load(strict, "c", "folder-2")
    assert refused.status_code == 409
    assert refused.json()["error"]["code"] == "adapter_slots_full"
    assert "2 adapters are loaded, as many as may be (a, b): unload one first" in refused.json()["error"]["message"]
    assert load(strict, "b", "folder-3").json()["rank"] == 5
    assert strict.delete(f"{URL}/a").status_code == 200
    assert load(strict, "c", "folder-2").status_code == 200
    assert names(strict) == ["b", "c"]


def test_many_at_once_fill_the_slots_and_the_others_are_told_by_whom(strict: httpx.Client) -> None:
    with ThreadPoolExecutor(12) as threads:
        answers = list(threads.map(lambda number: load(strict, f"name-{number}", f"folder-{number % NUM_FOLDERS}"), range(12)))
    served = names(strict)
    refused = [answer.json()["error"]["message"] for answer in answers if answer.status_code == 409]
    assert (len(served), len(refused)) == (NUM_SLOTS, 12 - NUM_SLOTS)
    assert all(f"({', '.join(served)})" in message for message in refused)
    assert strict.post(CHAT, json=body(served[0])).status_code == 200


def test_the_least_recently_used_gives_way_unless_it_is_in_use(evicting: httpx.Client) -> None:
    load(evicting, "a"), load(evicting, "b", "folder-1")
    evicting.post(CHAT, json=body("a")).raise_for_status()
    assert load(evicting, "broken", "empty").status_code == 400
    assert names(evicting) == ["a", "b"]  # nobody has gone for what cannot be served
    assert load(evicting, "c", "folder-2").status_code == 200
    assert (names(evicting), names(evicting, "evicted")) == (["a", "c"], ["b"])
    models = evicting.get("/v1/models").json()["data"]
    assert [(one["id"], one["state"]) for one in models] == [("base", "loaded"), ("a", "loaded"), ("b", "evicted"), ("c", "loaded")]
    with ExitStack() as streams:
        answers = [streams.enter_context(evicting.stream("POST", CHAT, json=body(name, stream=True, max_tokens=4000))) for name in "ac"]
        lines = [answer.iter_lines() for answer in answers]  # held: the end of one would hang up
        assert all("assistant" in next(one) for one in lines)
        refused = load(evicting, "d", "folder-3")
        assert (refused.status_code, refused.json()["error"]["code"]) == (409, "adapter_slots_full")
        assert "(a, c)" in refused.json()["error"]["message"]
    assert names(evicting) == ["a", "c"]
    assert evicting.delete(f"{URL}/a?force=true").status_code == 200


def test_force_ends_an_unloading_that_waits(strict: httpx.Client) -> None:
    load(strict, "a")
    with strict.stream("POST", CHAT, json=body("a", stream=True, max_tokens=4000)) as answer, ThreadPoolExecutor() as threads:
        lines = answer.iter_lines()
        next(lines)
        waiting = threads.submit(strict.delete, f"{URL}/a")
        assert any(not names(strict) for _ in range(1000))  # it is served no longer
        assert load(strict, "a").json()["error"]["code"] == "adapter_busy"
        assert strict.delete(f"{URL}/a?force=true").status_code == 200
        assert waiting.result().json()["deleted"]
        assert "adapter_withdrawn" in [line for line in lines if line][-1]
    assert load(strict, "a").status_code == 200


def test_an_evicted_adapter_is_loaded_again_by_a_request_and_counted(evicting: httpx.Client) -> None:
    for number, name in enumerate("abc"):
        load(evicting, name, f"folder-{number}")
    assert names(evicting, "evicted") == ["a"]
    answered = evicting.post(CHAT, json=body("a"))
    assert (answered.status_code, answered.json()["metadata"]["adapter"]) == (200, "a")
    assert names(evicting, "evicted") == ["b"]
    text = evicting.get("/metrics").text
    for line in (
        'candor_adapter_loads_total{kind="load",model="base",outcome="loaded"} 3.0',
        'candor_adapter_loads_total{kind="reload",model="base",outcome="loaded"} 1.0',
        'candor_adapter_evictions_total{model="base"} 2.0',
        'candor_adapter_load_seconds_count{model="base"} 4.0',
        'candor_adapter_loaded{adapter="a",model="base"} 1.0',
        'candor_adapter_loaded{adapter="b",model="base"} 0.0',
    ):
        assert line in text


def test_a_request_for_an_evicted_adapter_whose_files_have_changed_or_gone_is_told_so(evicting: httpx.Client, root: Path) -> None:
    own = shutil.copytree(root / "folder-0", root / "own")
    load(evicting, "a", "own"), load(evicting, "b", "folder-1"), load(evicting, "c", "folder-2")

    def check_refused(code: str) -> None:
        for is_streamed in (False, True):
            refused = evicting.post(CHAT, json=body("a", stream=is_streamed))
            error = refused.json()["error"]
            assert (refused.status_code, error["code"], error["param"]) == (409, code, "model")
            assert "load it anew, or unload it" in error["message"]
        assert names(evicting, "evicted") == ["a"]

    shutil.copytree(root / "folder-2", own, dirs_exist_ok=True)
    check_refused("adapter_changed")
    shutil.rmtree(own)
    check_refused("adapter_unreadable")
    assert 'candor_adapter_loads_total{kind="reload",model="base",outcome="refused"} 4.0' in evicting.get("/metrics").text
    assert evicting.delete(f"{URL}/a").json()["deleted"]
    assert evicting.post(CHAT, json=body("a")).json()["error"]["code"] == "model_not_found"


@pytest.fixture
def one_slot(root: Path, small_gemma: Path, device: Device) -> Iterator[httpx.Client]:
    """Two adapters that share a slot, and two seconds for a request."""
    limits = Settings(max_batch_size=8, max_adapters=1, evict_adapters=True).limits
    engine = MlxEngine.open(model=str(small_gemma), model_name="base", device=device, limits=limits)
    with LiveServer(engine, Settings(adapter_dirs=(str(root),), request_timeout_s=2.0)) as server, server.connect() as client:
        load(client, "a"), load(client, "b", "folder-1")
        yield client


def test_a_client_that_hangs_up_while_it_waits_for_a_slot_leaves_nothing(one_slot: httpx.Client) -> None:
    with one_slot.stream("POST", CHAT, json=body("b", stream=True, max_tokens=4000, ignore_eos=True)) as answer:
        lines = answer.iter_lines()
        next(lines)
        with pytest.raises(httpx.ReadTimeout):
            one_slot.post(CHAT, json=body("a"), timeout=0.3)
        assert any('requests_waiting{adapter="a",model="base"} 0.0' in one_slot.get("/metrics").text for _ in range(100))
        assert names(one_slot) == ["b"]
    assert one_slot.post(CHAT, json=body("b")).status_code == 200
    assert one_slot.post(CHAT, json=body("a")).status_code == 200


def test_a_request_that_waits_for_a_load_ends_at_its_deadline(one_slot: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def read_slowly(*args: Any, **options: Any) -> AdapterWeights:
        time.sleep(2.5)
        return read_adapter(*args, **options)

    monkeypatch.setattr(adapter_host, "read_adapter", read_slowly)
    late = one_slot.post(CHAT, json=body("a"))
    assert (late.status_code, late.json()["error"]["code"]) == (504, "request_timeout")
    monkeypatch.undo()
    assert one_slot.post(CHAT, json=body("a")).status_code == 200  # the load has gone on meanwhile
