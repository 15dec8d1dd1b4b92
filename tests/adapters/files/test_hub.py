"""Adapters of Hugging Face repositories: what is fetched of them, at which commit, and what is said where there is nothing to fetch."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from adapters.base.hub import Repository
from adapters.errors import AdapterError, HubNotReached, NoAdapter, UnreadableAdapter
from adapters.files.hub import fetch_adapter
from adapters.files.reading import read_adapter
from tests.adapters.adapter_files import write_mlx_lm
from tests.fake_hub import COMMIT, GATED, PRIVATE, FakeHub, run_fake_hub

NAME = "owner/adapter"


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[FakeHub]:
    """A hub with one adapter, and a model and a pickle beside it."""
    write_mlx_lm(tmp_path / "adapter")
    with run_fake_hub(monkeypatch, tmp_path / "cache") as hub:
        hub.add(NAME, tmp_path / "adapter", adapter_model__bin=b"pickle", model__safetensors=b"model", README__md=b"text")
        yield hub


def parse(text: str) -> Repository:
    repository = Repository.parse(text)
    assert repository is not None
    return repository


@pytest.mark.parametrize("text", [NAME, f"{NAME}@main", f"{NAME}@v1", f"{NAME}@{COMMIT}"])
def test_an_adapters_own_files_are_fetched_and_no_others(hub: FakeHub, tmp_path: Path, text: str) -> None:
    fetched = fetch_adapter(parse(text))
    assert fetched.commit == fetched.folder.name == COMMIT
    assert hub.fetched() == {"adapter_config.json", "adapters.safetensors"}
    weights = read_adapter(fetched.folder, within=(fetched.cached,))
    assert weights.digest == read_adapter(tmp_path / "adapter").digest
    hub.asked.clear()
    assert fetch_adapter(parse(text)) == fetched
    assert not hub.fetched()


class Refusal(NamedTuple):
    text: str
    error: type[AdapterError]
    message: str


@pytest.mark.parametrize(
    "refusal",
    [
        Refusal("owner/nothing", NoAdapter, "no repository owner/nothing, or it is private or gated: log in"),
        Refusal(PRIVATE, NoAdapter, "no repository owner/private, or it is private or gated: log in"),
        Refusal(GATED, NoAdapter, "owner/gated is gated on Hugging Face|no repository owner/gated"),
        Refusal(f"{NAME}@v2", NoAdapter, "has no revision v2 on Hugging Face: expected a branch, tag or commit"),
        Refusal(f"{NAME}@{'f' * 40}", NoAdapter, f"has no revision {'f' * 40} on Hugging Face"),
        Refusal("owner/text", NoAdapter, r"owner/text has no adapter_config\.json at its root"),
        Refusal("owner--x/text", NoAdapter, "no repository owner--x/text"),
    ],
)
def test_what_is_not_there_is_named(hub: FakeHub, tmp_path: Path, refusal: Refusal) -> None:
    hub.repositories["owner/text"] = {"README.md": b"text", "sub/adapter_config.json": b"{}"}
    with pytest.raises(refusal.error, match=refusal.message):
        fetch_adapter(parse(refusal.text))
    assert not hub.fetched()


def test_a_file_that_is_too_large_is_not_fetched(hub: FakeHub) -> None:
    hub.claimed["adapters.safetensors"] = 5 << 30
    with pytest.raises(UnreadableAdapter, match=rf"adapters\.safetensors of {NAME} has {5 << 30} bytes, expected {4 << 30} at most"):
        fetch_adapter(parse(NAME))
    assert not hub.fetched()


def test_a_record_of_training_is_fetched_with_the_adapter(hub: FakeHub) -> None:
    hub.repositories[NAME] |= {"training.json": b"{}", "trainer_state.json": b"[]"}
    fetch_adapter(parse(NAME))
    assert hub.fetched() == {"adapter_config.json", "adapters.safetensors", "training.json", "trainer_state.json"}


@pytest.mark.parametrize("name", ["training.json", "trainer_state.json"])
def test_a_file_that_is_too_large_for_a_record_is_left_there(hub: FakeHub, name: str) -> None:
    hub.repositories[NAME] |= {"training.json": b"{}", "trainer_state.json": b"[]"}
    hub.claimed[name] = 100 << 20
    fetched = fetch_adapter(parse(NAME))
    assert name not in hub.fetched()
    assert len(hub.fetched()) == 3
    assert read_adapter(fetched.folder, within=(fetched.cached,)).record.note is None


def test_what_the_disk_has_no_room_for_is_not_fetched(hub: FakeHub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(1, 1, 0))
    with pytest.raises(HubNotReached, match="has 0 left: make room"):
        fetch_adapter(parse(NAME))
    assert not hub.fetched()


def test_without_a_hub_the_cache_is_enough(hub: FakeHub) -> None:
    fetched = fetch_adapter(parse(NAME))
    hub.shutdown()
    hub.server_close()
    assert fetch_adapter(parse(NAME)) == fetched
    with pytest.raises(HubNotReached, match=r"owner/other is not in the local cache and could not be fetched \(ConnectError\)"):
        fetch_adapter(parse("owner/other"))


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_hub_that_refuses_is_told_with_its_status(hub: FakeHub, status: int) -> None:
    hub.failure = status
    with pytest.raises(HubNotReached, match=rf"could not be fetched \(HTTP {status}\)"):
        fetch_adapter(parse(NAME))


def test_a_link_that_leads_out_of_the_repositorys_own_cache_is_not_followed(hub: FakeHub, tmp_path: Path) -> None:
    fetched = fetch_adapter(parse(NAME))
    (fetched.folder / "adapters.safetensors").unlink()
    (fetched.folder / "adapters.safetensors").symlink_to(tmp_path / "adapter" / "adapters.safetensors")
    with pytest.raises(UnreadableAdapter, match="leads out of the folders"):
        read_adapter(fetched.folder, within=(fetched.cached,))


@pytest.mark.parametrize(
    "text",
    ["adapter", "a/b/c", "/a/b", "../a", "a/..", "a/b@", "a/b@@c", "a/b@../c", "a b/c", "./a", "~/a", "a/b@c d", "ä/b", "a/b\n", ""],
)
def test_what_is_no_repository_is_none(text: str) -> None:
    assert Repository.parse(text) is None


@pytest.mark.parametrize("text", ["owner/name", "Owner_1/na.me-2", "owner/name@main", "owner/name@refs/pr/1", f"o/n@{COMMIT}"])
def test_a_repository_is_spelt_as_it_was_written(text: str) -> None:
    assert str(Repository.parse(text)) == text
