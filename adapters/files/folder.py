"""An adapter's folder, opened once: a folder renamed into its place meanwhile is not half read."""

import fcntl
import os
import stat
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import FileIO
from pathlib import Path

from adapters.errors import UnreadableAdapter, UnsupportedAdapter

NOT_GGUF = "which is not read: load the folder that it was made from"


def is_gguf(name: str) -> bool:
    """Say whether a file is called as llama.cpp's are."""
    return name.lower().endswith(".gguf")


class AdapterFolder:
    """Opens files by their name within the folder, and sees that none leads out of the `roots`, where there are any.

    What is asked is where an opened file lies, not where its path led before: a link that is changed in between leads nobody astray.
    """

    def __init__(self, path: Path, descriptor: int, roots: Sequence[Path] | None) -> None:
        self.path = path
        self._descriptor = descriptor
        self._roots = roots

    @classmethod
    @contextmanager
    def open(cls, path: Path, *, within: Sequence[Path] | None = None) -> "Iterator[AdapterFolder]":
        """Hold the folder at `path` open; it and its files must lie under one of those in `within`. Raises UnreadableAdapter."""
        roots = None if within is None else [_locate_folder(root) for root in within if root.is_dir()]
        with _open_folder(path) as descriptor:
            folder = cls(path, descriptor, roots)
            folder._check_place(descriptor, path)
            yield folder

    def names(self) -> set[str]:
        """List what is in the folder."""
        with os.scandir(self._descriptor) as entries:
            return {entry.name for entry in entries}

    def has_file(self, name: str) -> bool:
        """Say whether a file is there, one of a folder in this one too."""
        try:
            return stat.S_ISREG(os.stat(name, dir_fd=self._descriptor).st_mode)
        except OSError:
            return False

    def open_file(self, name: str) -> FileIO:
        """Open a regular file to read. Raises UnreadableAdapter; FileNotFoundError is left to the caller, who knows what it means."""
        path = self.path / name
        try:
            # O_NONBLOCK: opening a named pipe would wait for its writer.
            descriptor = os.open(name, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=self._descriptor)
        except FileNotFoundError:
            raise
        except OSError as exc:
            raise UnreadableAdapter(f"{path} cannot be opened: {exc.strerror}") from exc
        try:
            self._check_place(descriptor, path)
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise UnreadableAdapter(f"{path} is not a file")
        except UnreadableAdapter:
            os.close(descriptor)
            raise
        return FileIO(descriptor)

    def read_whole(self, name: str, *, max_bytes: int) -> bytes:
        """Read a small file. Raises as open_file does, and UnreadableAdapter for one that is not small."""
        with self.open_file(name) as file:
            content = file.read(max_bytes + 1)
        if len(content) > max_bytes:
            raise UnreadableAdapter(f"{self.path / name} is over {max_bytes} bytes, which no such file has need of")
        return content

    def _check_place(self, descriptor: int, path: Path) -> None:
        if self._roots is not None and not any(_locate(descriptor).is_relative_to(root) for root in self._roots):
            raise UnreadableAdapter(f"{path} leads out of the folders that adapters may be loaded from")


@contextmanager
def _open_folder(path: Path) -> Iterator[int]:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except NotADirectoryError as exc:
        if is_gguf(path.name):
            raise UnsupportedAdapter(f"{path} is llama.cpp's form of an adapter, {NOT_GGUF}") from exc
        raise UnreadableAdapter(f"{path} is not a folder: give the one that the adapter's files are in") from exc
    except (OSError, ValueError) as exc:  # ValueError: a NUL in the path
        raise UnreadableAdapter(f"expected the folder of an adapter, but {path} is not a folder that can be read: {exc}") from exc
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _locate_folder(path: Path) -> Path:
    with _open_folder(path) as descriptor:
        return _locate(descriptor)


def _locate(descriptor: int) -> Path:
    """Ask the system where an open file lies."""
    try:
        if sys.platform == "darwin":
            return Path(os.fsdecode(fcntl.fcntl(descriptor, fcntl.F_GETPATH, bytes(1024)).rstrip(b"\0")))
        return Path(f"/proc/self/fd/{descriptor}").readlink()
    except OSError as exc:
        raise UnreadableAdapter(f"the system does not tell where an open file lies: {exc}") from exc
