"""An adapter's folder, opened once: a folder renamed into its place meanwhile is not half read."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from io import FileIO
from pathlib import Path

from adapters.errors import UnreadableAdapter


class AdapterFolder:
    """Opens files by their name within the folder. It does not say where a symbolic link may lead: whoever is given the path does."""

    def __init__(self, path: Path, descriptor: int) -> None:
        self.path = path
        self._descriptor = descriptor

    @classmethod
    @contextmanager
    def open(cls, path: Path) -> "Iterator[AdapterFolder]":
        """Hold the folder at `path` open. Raises UnreadableAdapter."""
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except (OSError, ValueError) as exc:  # ValueError: a NUL in the path
            raise UnreadableAdapter(f"expected the folder of an adapter, but {path} is not a folder that can be read: {exc}") from exc
        try:
            yield cls(path, descriptor)
        finally:
            os.close(descriptor)

    def names(self) -> set[str]:
        """List what is in the folder."""
        with os.scandir(self._descriptor) as entries:
            return {entry.name for entry in entries}

    def open_file(self, name: str) -> FileIO:
        """Open a regular file to read. Raises UnreadableAdapter; FileNotFoundError is left to the caller, who knows what it means."""
        try:
            # O_NONBLOCK: opening a named pipe would wait for its writer.
            descriptor = os.open(name, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=self._descriptor)
        except FileNotFoundError:
            raise
        except OSError as exc:
            raise UnreadableAdapter(f"{self.path / name} cannot be opened: {exc.strerror}") from exc
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise UnreadableAdapter(f"{self.path / name} is not a file")
        return FileIO(descriptor)

    def read_whole(self, name: str, *, max_bytes: int) -> bytes:
        """Read a small file. Raises as open_file does, and UnreadableAdapter for one that is not small."""
        with self.open_file(name) as file:
            content = file.read(max_bytes + 1)
        if len(content) > max_bytes:
            raise UnreadableAdapter(f"{self.path / name} is over {max_bytes} bytes, which no such file has need of")
        return content
