"""What may be loaded from where: everything here tries to get out."""

import os
from pathlib import Path

import pytest

from server.adapter_loading.roots import AdapterRoots
from server.errors import AdapterMissing, InvalidRequest


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A root with one adapter; beside it lies a folder that must stay out of reach."""
    for folder in (tmp_path / "root" / "lek", tmp_path / "secret" / "lek"):
        folder.mkdir(parents=True)
        (folder / "adapter_config.json").write_text("{}")
        (folder / "adapters.safetensors").write_bytes(b"")
    return tmp_path / "root"


def find(root: Path, text: str) -> Path:
    return AdapterRoots([str(root)]).find(text, param="path").path


def refuse(root: Path, text: str) -> InvalidRequest:
    with pytest.raises(InvalidRequest) as raised:
        find(root, text)
    assert raised.value.param == "path"
    return raised.value


@pytest.mark.parametrize(
    "text", ["{root}/lek", "lek", "./lek", "lek/", "lek/../lek", "../root/lek", "{root}//lek/.", "{root}/missing/../lek"]
)
def test_a_folder_inside_is_found_and_resolved(text: str, root: Path) -> None:
    assert find(root, text.format(root=root)) == root / "lek"


def test_a_root_may_itself_be_an_adapter(root: Path) -> None:
    assert find(root / "lek", ".") == find(root / "lek", str(root / "lek")) == root / "lek"


def test_a_relative_path_is_looked_for_in_each_root_in_turn(root: Path) -> None:
    (root.parent / "first").mkdir()
    roots = AdapterRoots([str(root.parent / "first"), str(root)])
    assert roots.find("lek", param="path") == (root / "lek", (root.parent / "first", root), None)
    (root.parent / "first" / "lek").mkdir()
    assert roots.find("lek", param="path").path == root.parent / "first" / "lek"


def test_a_root_that_is_a_link_is_followed_each_time(root: Path) -> None:
    link = root.parent / "current"
    link.symlink_to(root)
    roots = AdapterRoots([str(link)])
    assert roots.find("lek", param="path") == roots.find(str(link / "lek"), param="path") == (root / "lek", (root,), None)
    link.unlink()
    link.symlink_to(root.parent / "secret")
    assert roots.find("lek", param="path").path == root.parent / "secret" / "lek"


def test_links_that_stay_inside_are_followed(root: Path) -> None:
    (root / "latest").symlink_to("lek")
    (root / "blob").write_bytes(b"")
    (root / "lek" / "adapter_model.safetensors").symlink_to("../blob")
    assert find(root, "latest") == root / "lek"


@pytest.mark.parametrize(
    "text",
    [
        "{tmp}/secret/lek",
        "../secret/lek",
        "lek/../../secret/lek",
        "missing/../../secret/lek",
        "{root}/../secret/lek",
        "{root}-not/lek",
        "/",
        "/etc",
        "/etc/passwd",
        "/proc/self/root/etc",
        "/dev/fd/0",
        "..",
        "~root/../../../../../etc",
    ],
)
def test_a_path_that_leads_outside_is_refused(text: str, root: Path) -> None:
    assert "does not lie inside a folder that adapters may be loaded from" in str(refuse(root, text.format(root=root, tmp=root.parent)))


def test_the_refusal_does_not_tell_whether_something_is_there(root: Path) -> None:
    secret = root.parent / "secret"
    (secret / "loop").symlink_to("loop")
    (secret / "file").write_text("")
    for name in ("lek", "file", "loop", "loop/x", "missing", "file/x", "x" * 300):
        (root / "link").unlink(missing_ok=True)
        (root / "link").symlink_to(secret / name)
        for text in (f"../secret/{name}", str(secret / name), "link", "link/x"):
            expected = f"{text!r} does not lie inside a folder that adapters may be loaded from: expected a path under {root}."
            assert str(refuse(root, text)) == expected


def test_a_link_out_of_the_root_is_refused(root: Path) -> None:
    (root / "out").symlink_to(root.parent / "secret")
    (root / "chain").symlink_to("out")
    for text in ("out", "out/lek", "chain/lek", "out/../root/out/lek"):
        assert "does not lie inside" in str(refuse(root, text))


@pytest.mark.parametrize(
    "name", ["adapter_config.json", "adapters.safetensors", "adapter_model.safetensors", "trainer_state.json", "training.json"]
)
@pytest.mark.parametrize("target", ["../../secret/lek/adapters.safetensors", "/etc/passwd", "/does/not/exist", "/dev/zero"])
def test_a_file_that_is_a_link_out_of_the_root_is_refused(name: str, target: str, root: Path) -> None:
    (root / "lek" / name).unlink(missing_ok=True)
    (root / "lek" / name).symlink_to(target)
    assert f"has links ({name}) that do not stay inside" in str(refuse(root, "lek"))


def test_a_link_to_what_is_never_read_does_no_harm(root: Path) -> None:
    (root / "lek" / "training_set").symlink_to("/etc")
    assert find(root, "lek") == root / "lek"


@pytest.mark.parametrize(
    "text", ["missing", "{root}/missing", "lek/adapter_config.json", "~", "~/lek", "x" * 300, "loop", "missing/../missing"]
)
def test_a_folder_that_is_not_there_is_told_inside_only(text: str, root: Path) -> None:
    (root / "loop").symlink_to("loop")
    with pytest.raises(AdapterMissing, match="There is no folder"):
        find(root, text.format(root=root))


@pytest.mark.parametrize("text", ["", "lek\x00", "\x00", "lek\n", "\ud800", "x" * 5000, "a/" * 3000])
def test_what_is_no_path_is_refused(text: str, root: Path) -> None:
    assert "expected a path of 1 to 4096 printable characters" in str(refuse(root, text))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may search every folder")
def test_a_folder_that_cannot_be_searched_is_not_there(root: Path) -> None:
    (root / "lek").chmod(0)
    with pytest.raises(AdapterMissing):
        find(root, "lek/inner")


def test_without_roots_nothing_is_loaded(root: Path) -> None:
    with pytest.raises(InvalidRequest, match="start it with --adapter-dir DIR") as raised:
        AdapterRoots([]).find(str(root / "lek"), param="lora_path")
    assert raised.value.param == "lora_path"
