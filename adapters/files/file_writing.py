"""Put a file in its place whole, or not at all: what reads it meanwhile, and what is left by a crash, is the old one or the new one."""

import contextlib
import os
from collections.abc import Iterable
from pathlib import Path

UNFINISHED = ".{name}.writing"  # beside the file, until it is whole; the next writing of it takes its place


def replace_file(path: Path, pieces: Iterable[bytes | memoryview]) -> None:
    """Write the pieces one after the other, and have them on the disk when this returns. Raises OSError, and leaves what was there."""
    unfinished = path.with_name(UNFINISHED.format(name=path.name))
    try:
        with unfinished.open("wb") as file:
            for piece in pieces:
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
        sync_folder(path.parent)
    except BaseException:  # a Ctrl-C too
        with contextlib.suppress(OSError):
            unfinished.unlink(missing_ok=True)
        raise


def sync_folder(folder: Path) -> None:
    """Have the names in a folder on the disk, those of files that were put there or taken away."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
