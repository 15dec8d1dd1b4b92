"""A hostile tour of the real engine over HTTP: whatever is to be loaded, each answer is a clear 4xx, and the server is as before."""

import itertools
import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from adapters.base.device import Device
from server.engine.mlx.engine import MlxEngine
from server.settings.settings import Settings
from tests.server.hostile_folders import (
    WEIGHTS,
    copy,
    make_deep_config,
    make_dora,
    make_empty,
    make_endless_rank,
    make_endless_weights,
    make_file_link_out,
    make_float8,
    make_folder_for_weights,
    make_high_rank,
    make_huge_header,
    make_infinite,
    make_link_out,
    make_nan,
    make_negative_rank,
    make_noise,
    make_other_architecture,
    make_pickle,
    make_pipe,
    make_text_for_rank,
    make_truncated,
    make_useless,
    make_wrong_shape,
)
from tests.server.live_server import LiveServer
from tools.random_adapter import write_random_adapter

MAX_RANK = 8
LONG = {"max_tokens": 400, "temperature": 0}


@pytest.fixture(scope="module")
def root(small_gemma: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that adapters may be loaded from, with two good ones; a third lies beside it."""
    root = tmp_path_factory.mktemp("hostile") / "root"
    for seed, folder in enumerate((root / "good", root / "other", root.parent / "outside")):
        write_random_adapter(folder, base=small_gemma, rank=4, seed=seed, size=0.2, keys=["self_attn.q_proj", "mlp.down_proj"])
    return root


@pytest.fixture(scope="module")
def client(small_gemma: Path, root: Path, device: Device) -> Iterator[httpx.Client]:
    """The real engine on a socket, room for two adapters, one of them loaded."""
    limits = Settings(max_batch_size=8, max_adapters=2, max_adapter_rank=MAX_RANK).limits
    engine = MlxEngine.open(model=str(small_gemma), model_name="base", adapters=[("good", root / "good")], device=device, limits=limits)
    with LiveServer(engine, Settings(adapter_dirs=(str(root),))) as server, server.connect() as client:
        yield client


@pytest.mark.parametrize("name", ["new", "good"])
@pytest.mark.parametrize(
    ("make", "text"),
    [
        (make_empty, "has no adapter_config.json"),
        (make_pickle, "is a pickle, which is never opened"),
        (make_huge_header, WEIGHTS),
        (make_truncated, WEIGHTS),
        (make_nan, "finite"),
        (make_infinite, "finite"),
        (make_float8, "its dtype is F8_E4M3"),
        (make_wrong_shape, "bytes, not those of F32"),
        (make_deep_config, "is not an adapter's configuration: maximum recursion depth"),
        (make_text_for_rank, "Expected `int`, got `str` - at `$.lora_parameters.rank`"),
        (make_negative_rank, "Expected `int` >= 1"),
        (make_endless_rank, "Expected `int`, got `float`"),
        (make_useless, "changes nothing"),
        (make_dora, "missing"),
        (make_folder_for_weights, "is not a file"),
        (make_endless_weights, "do not stay inside"),
        (make_other_architecture, "model.layers.0"),
        (make_high_rank, "64"),
        (make_noise, "is not an adapter's configuration"),
        (make_pipe, "is not a file"),
        (make_link_out, "does not lie inside"),
        (make_file_link_out, "do not stay inside"),
    ],
)
def test_a_hostile_folder_is_refused_and_nothing_has_changed(
    make: Callable[[Path], None], text: str, name: str, client: httpx.Client, root: Path
) -> None:
    before = look(client)
    place = root / f"{make.__name__}-{name}"
    make(place)
    refuse(client, name, str(place), text)
    assert look(client) == before


@pytest.mark.parametrize("path", ["../outside", "{root}/../outside", "good/../../outside", "/etc", "missing", "good/adapters.safetensors"])
def test_a_hostile_path_is_refused_and_nothing_has_changed(path: str, client: httpx.Client, root: Path) -> None:
    before = look(client)
    refuse(
        client, "good", path.format(root=root), "There is no folder" if path.startswith(("missing", "good/a")) else "does not lie inside"
    )
    assert look(client) == before


def refuse(client: httpx.Client, name: str, path: str, text: str) -> None:
    response = client.post("/v1/adapters", json={"name": name, "path": path})
    error = response.json()["error"]
    assert (response.status_code, error["param"]) == (400, "path"), error
    assert text in error["message"]


def look(client: httpx.Client) -> list[Any]:
    """What is served, and what it says."""
    adapters = client.get("/v1/adapters").json()["data"]
    return [adapters, *(ask(client, model)["choices"][0]["message"]["content"] for model in ("base", "good"))]


def ask(client: httpx.Client, model: str, **fields: Any) -> Any:
    body = {"model": model, "messages": [{"role": "user", "content": "Hello"}], "max_tokens": 12, "temperature": 0} | fields
    return client.post("/v1/chat/completions", json=body).raise_for_status().json()


@pytest.mark.parametrize("name", ["base", "none", "", "x" * 129, "a\nb", "../a", "a//b"])
def test_a_hostile_name_is_refused_and_nothing_has_changed(name: str, client: httpx.Client) -> None:
    before = look(client)
    response = client.post("/v1/adapters", json={"name": name, "path": "other"})
    assert (response.status_code, response.json()["error"]["param"]) == (400, "name")
    assert look(client) == before


def test_a_link_that_is_changed_while_it_is_looked_at_leads_nobody_outside(client: httpx.Client, root: Path) -> None:
    before = look(client)
    place = root / "changing"
    weights = copy(place)
    targets = [root / "good" / WEIGHTS, root.parent / "outside" / WEIGHTS]
    is_over = threading.Event()

    def keep_changing() -> None:
        for target in itertools.cycle(targets):
            (place / "next").symlink_to(target)
            (place / "next").rename(weights)
            if is_over.is_set():
                return

    with ThreadPoolExecutor() as threads:
        changing = threads.submit(keep_changing)
        try:
            responses = [client.post("/v1/adapters", json={"name": "new", "path": str(place)}) for _ in range(40)]
        finally:
            is_over.set()
        changing.result()
    assert {response.status_code for response in responses} <= {200, 400}
    loaded = {response.json()["digest"] for response in responses if response.status_code == 200}
    assert loaded <= {before[0][0]["digest"]}
    client.delete("/v1/adapters/new")
    assert look(client) == before


def test_the_same_name_many_times_at_once_is_loaded_or_busy(client: httpx.Client) -> None:
    with ThreadPoolExecutor(8) as threads:
        asked = [threads.submit(client.post, "/v1/adapters", json={"name": "twice", "path": "other"}) for _ in range(8)]
        statuses = [one.result().status_code for one in asked]
    assert 200 in statuses and set(statuses) <= {200, 409}
    assert [one["name"] for one in client.get("/v1/adapters").json()["data"]] == ["good", "twice"]
    assert client.delete("/v1/adapters/twice").status_code == 200


def test_a_swap_changes_the_next_answer_and_its_digest_and_scale_zero_is_the_base(client: httpx.Client) -> None:
    base, old = ask(client, "base"), ask(client, "good")
    client.post("/v1/load_lora_adapter", json={"lora_name": "good", "lora_path": "other", "load_inplace": True}).raise_for_status()
    new = ask(client, "good")
    texts = [answer["choices"][0]["message"]["content"] for answer in (base, old, new)]
    digests = [answer["metadata"]["adapter_digest"] for answer in (base, old, new)]
    assert len(set(texts)) == len(set(digests)) == 3
    unscaled = ask(client, "base", lora=[{"name": "good", "scale": 0}])
    assert unscaled["choices"][0]["message"]["content"] == texts[0]
    assert (unscaled["metadata"]["adapter"], unscaled["metadata"]["adapter_scale"]) == ("good", "0")
    client.post("/v1/adapters", json={"name": "good", "path": "good"}).raise_for_status()
    assert ask(client, "good")["metadata"]["adapter_digest"] == digests[1]


def test_unloading_by_force_fails_the_running_answer_and_waits_for_it_otherwise(client: httpx.Client) -> None:
    for force in (True, False):
        client.post("/v1/adapters", json={"name": "going", "path": "other"}).raise_for_status()
        body = {"model": "going", "messages": [{"role": "user", "content": "Hello"}], "stream": True} | LONG
        with client.stream("POST", "/v1/chat/completions", json=body) as answer:
            lines = answer.iter_lines()
            first = next(lines)
            assert '"role":"assistant"' in first
            assert client.get("/v1/adapters").json()["data"][-1]["num_running"] == 1
            with ThreadPoolExecutor() as threads:
                unloaded = threads.submit(client.delete, f"/v1/adapters/going?force={json.dumps(force)}")
                last = [line for line in lines if line][-1]
                assert unloaded.result().status_code == 200
        assert ("adapter_withdrawn" in last) == force
        assert (last == "data: [DONE]") == (not force)
        assert 'adapter="going"' not in client.get("/metrics").text
