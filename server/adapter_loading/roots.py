"""The folders from which adapters may be loaded while the server runs, and the check that a path stays inside them."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from server.errors import AdapterMissing, InvalidRequest

MAX_PATH_LENGTH = 4096
READ_SUFFIXES = (".json", ".safetensors")  # of the files in an adapter's folder, those that are read


class FoundFolder(NamedTuple):
    """Where an adapter lies, and what it must not lead out of: whoever reads it asks again, since links can change in between."""

    path: Path
    within: tuple[Path, ...]
    revision: str | None = None  # the commit that it was fetched at, of one from Hugging Face


class AdapterRoots:
    """Finds adapters under the `--adapter-dir` folders. Symbolic links and `..` are resolved before anything is decided.

    Whatever leads outside is refused in the same words, whether or not there is something: the answer is no way to look around.
    """

    def __init__(self, folders: Sequence[str]) -> None:
        self._folders = tuple(Path(folder) for folder in folders)

    @property
    def are_there(self) -> bool:
        """Whether there is any folder to load from."""
        return bool(self._folders)

    def find(self, text: str, *, param: str) -> FoundFolder:
        """Give the resolved folder that `text` means; a relative path is looked for in each root in turn. Reads the disk.

        Raises AdapterMissing where there is none inside, InvalidRequest for everything else; `param` is the request's field.
        """
        if not self._folders:
            message = "This server loads no adapters while it runs: start it with --adapter-dir DIR, the folder they may be loaded from."
            raise InvalidRequest(message, param=param)
        if not text or len(text) > MAX_PATH_LENGTH or not text.isprintable():
            message = f"Invalid value for {param}: expected a path of 1 to {MAX_PATH_LENGTH} printable characters."
            raise InvalidRequest(message, param=param)
        # Resolved each time: a root may be a link that is moved on to the next release.
        roots = tuple(_resolve(folder) for folder in self._folders)
        inside = [path for path in (_resolve(root / text) for root in roots) if _is_within(path, roots)]
        if not inside:
            raise self._refuse(f"{text!r} does not lie inside a folder", param)
        folder = next((path for path in inside if _is_folder(path)), None)
        if folder is None:
            raise AdapterMissing(f"There is no folder {text!r} in {self._list()}.", param=param)
        if strangers := [link.name for link in _list_links(folder) if not _is_within(_resolve(link), roots)]:
            raise self._refuse(f"{text!r} has links ({', '.join(sorted(strangers))}) that do not stay inside a folder", param)
        return FoundFolder(folder, roots)

    def _refuse(self, what: str, param: str) -> InvalidRequest:
        return InvalidRequest(f"{what} that adapters may be loaded from: expected a path under {self._list()}.", param=param)

    def _list(self) -> str:
        return " or ".join(map(str, self._folders))


def _resolve(path: Path) -> Path:
    # Not Path.resolve, which fails on a loop of links and so would tell of one outside.
    return Path(os.path.realpath(path))


def _is_within(path: Path, roots: Sequence[Path]) -> bool:
    return any(path.is_relative_to(root) for root in roots)


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # a name that is too long, or a parent that cannot be searched
        return False


def _list_links(folder: Path) -> list[Path]:
    try:
        return [entry for entry in folder.iterdir() if entry.suffix in READ_SUFFIXES and entry.is_symlink()]
    except OSError:
        return []  # nothing in it can be read, which is what its reader will say
