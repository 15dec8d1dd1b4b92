"""Packages brought into a cache folder with their registries' own clients, and unpacked there."""

import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import msgspec

NAMES = Path(__file__).parent / "packages"


class Package(msgspec.Struct, frozen=True, kw_only=True):
    """A package that lies unpacked in a folder."""

    name: str  # as the registry's file is called, version and all
    folder: Path


def fetch_packages(cache: Path) -> list[Package]:
    """Download what the cache does not hold yet, unpack it, and name everything in order."""
    archives = [*_debian(cache / "debian"), *_pypi(cache / "pypi")]
    return [Package(name=archive.name, folder=_unpack(archive, cache / "unpacked" / archive.name)) for archive in sorted(archives)]


def _read_names(registry: str) -> list[str]:
    return (NAMES / f"{registry}.txt").read_text().split()


def _debian(folder: Path) -> Iterator[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    wanted = set(_read_names("debian"))
    held = {path.name.partition("_")[0] for path in folder.glob("*.deb")}
    if missing := sorted(wanted - held):
        subprocess.run(["apt-get", "download", *missing], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    return (path for path in folder.glob("*.deb") if path.name.partition("_")[0] in wanted)


def _pypi(folder: Path) -> Iterator[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    pip = [sys.executable, "-m", "pip"] if find_spec("pip") else ["pip"]  # uv makes environments without it
    pip += ["download", "--quiet", "--disable-pip-version-check", "--no-deps", "--dest", str(folder)]
    names = {"--only-binary": _read_names("pypi-wheels"), "--no-binary": _read_names("pypi-sources")}
    for form, wanted in names.items():
        if missing := [name for name in wanted if not _held(folder, name)]:
            subprocess.run([*pip, form, ":all:", *missing], check=True)
    return (path for wanted in names.values() for name in wanted for path in _held(folder, name))


def _held(folder: Path, name: str) -> list[Path]:
    stem = name.replace("==", "-").replace("_", "-").lower()
    return [path for path in folder.iterdir() if path.name.replace("_", "-").lower().startswith((f"{stem}-", f"{stem}.tar"))]


def _unpack(archive: Path, folder: Path) -> Path:
    """Unpack an archive once; one inside it, too."""
    if folder.exists():
        return folder
    making = folder.with_name(f"{folder.name}.part")
    making.mkdir(parents=True, exist_ok=True)
    if archive.suffix == ".deb":
        subprocess.run(["dpkg-deb", "-x", archive, making], check=True)
    elif archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as zipped:
            zipped.extractall(making)
    else:
        _untar(archive, making)
        for inner in making.glob("*/*/*.tar.gz"):
            _untar(inner, inner.parent)
    return making.rename(folder)


def _untar(archive: Path, folder: Path) -> None:
    with tarfile.open(archive) as tarred:
        tarred.extractall(folder, filter="data")
