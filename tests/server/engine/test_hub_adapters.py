"""Adapters that a server starts with, by the name of a Hugging Face repository."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.base.device import Device
from adapters.base.errors import ModelLoadError
from server.engine.mlx.engine import MlxEngine
from server.settings.settings import Settings
from tests.fake_hub import COMMIT, FakeHub, run_fake_hub
from tests.server.engine.conftest import Adapters, Run

LIMITS = Settings(max_batch_size=2, max_queue=2).limits


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, small_gemma: Path, small_adapters: Adapters) -> Iterator[FakeHub]:
    """A hub with a model and an adapter."""
    with run_fake_hub(monkeypatch, tmp_path / "cache") as hub:
        hub.add("owner/adapter", small_adapters[0][1])
        hub.add("owner/model", small_gemma)
        yield hub


def test_model_and_adapter_are_fetched_and_the_adapters_commit_is_told(hub: FakeHub, device: Device, run: Run) -> None:
    adapters = [("mine", Path("owner/adapter@v1"))]
    engine = MlxEngine.open(model="owner/model@main", adapters=adapters, device=device, limits=LIMITS)
    (status,) = engine.adapters.statuses()
    base, adapter = engine.models()
    run(engine.close(grace_s=1))
    assert (status.name, status.revision) == ("mine", COMMIT)
    assert base.id == "owner/model"
    assert str(adapter.root).endswith(f"models--owner--adapter/snapshots/{COMMIT}")


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("owner/nothing", "adapter 'mine' could not be loaded: Hugging Face has no repository owner/nothing"),
        ("owner/model", r"adapter 'mine' could not be loaded: owner/model has no adapter_config\.json"),
        ("nowhere/at/all", "adapter 'mine' could not be loaded: expected the folder of an adapter"),
    ],
)
def test_what_is_not_there_keeps_the_server_from_starting(hub: FakeHub, small_gemma: Path, device: Device, path: str, message: str) -> None:
    with pytest.raises(ModelLoadError, match=message):
        MlxEngine.open(model=str(small_gemma), adapters=[("mine", Path(path))], device=device, limits=LIMITS)
