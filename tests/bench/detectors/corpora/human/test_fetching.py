"""Packages that the cache holds are unpacked and not fetched again; those that are missing are asked for by name."""

import io
import subprocess
import tarfile
import zipfile
from pathlib import Path

import pytest

from bench.detectors.corpora.human import fetching
from bench.detectors.corpora.human.fetching import fetch_packages


def write_tar(files: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tarred:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tarred.addfile(member, io.BytesIO(content))
    return packed.getvalue()


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    names = tmp_path / "names"
    names.mkdir()
    for registry, wanted in {"debian": "", "pypi-wheels": "Big-Words==1.0", "pypi-sources": "tables==2.0"}.items():
        (names / f"{registry}.txt").write_text(wanted)
    monkeypatch.setattr(fetching, "NAMES", names)
    pypi = tmp_path / "cache" / "pypi"
    pypi.mkdir(parents=True)
    with zipfile.ZipFile(pypi / "big_words-1.0-py3-none-any.whl", "w") as zipped:
        zipped.writestr("big_words/list.txt", "elephant")
    inner = write_tar({"cars.csv": b"a,b"})
    (pypi / "tables-2.0.tar.gz").write_bytes(write_tar({"tables-2.0/data/all.tar.gz": inner}))
    (pypi / "tables-2.0.1.tar.gz").write_bytes(b"another version")
    return tmp_path / "cache"


def test_what_the_cache_holds_is_unpacked_with_the_archives_inside_it(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: pytest.fail("nothing is missing"))
    packages = fetch_packages(cache)
    assert [package.name for package in packages] == ["big_words-1.0-py3-none-any.whl", "tables-2.0.tar.gz"]
    assert (packages[0].folder / "big_words/list.txt").read_text() == "elephant"
    assert (packages[1].folder / "tables-2.0/data/cars.csv").read_text() == "a,b"
    assert fetch_packages(cache) == packages


def test_only_what_is_missing_is_fetched(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (cache / "pypi" / "tables-2.0.tar.gz").unlink()
    commands: list[list[str]] = []
    monkeypatch.setattr(subprocess, "run", lambda command, **_: commands.append(command))
    fetch_packages(cache)
    (command,) = commands
    assert command[-3:] == ["--no-binary", ":all:", "tables==2.0"]
