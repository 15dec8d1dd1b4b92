"""Writing what a command has made: a file is replaced as a whole or not at all, and anything else is written into."""

import contextlib
import os
import shutil
from pathlib import Path

from clients.errors import FileFault, UsageFault

STREAMS = ("/dev/", "/proc/")  # what lies there leads to open files of the process: to replace one would be to write past it


def replace_file(path: Path, content: bytes) -> None:
    """Put the content in the file's place, through links; raises FileFault, which leaves what was there.

    A pipe, a terminal or a device is no file to replace: it is written into. So is a file in a folder that takes no new ones.
    """
    try:
        if is_stream(path) or not os.access(path.resolve().parent, os.W_OK):
            path.write_bytes(content)
        else:
            _replace(path.resolve(), content)
    except (OSError, RuntimeError) as exc:  # RuntimeError: links in a circle
        raise FileFault(f"cannot write {path}: {_why(exc)}") from exc


def check_writable(path: Path) -> None:
    """See before any work whether a file can be written, and leave one that is there as it is; raises UsageFault."""
    try:
        if is_stream(path):
            if not os.access(path, os.W_OK):
                raise PermissionError(None, "Permission denied")
            return
        is_new = not path.exists()
        path.open("ab").close()
        if is_new:
            path.resolve().unlink()
    except (OSError, RuntimeError) as exc:
        raise UsageFault(f"cannot write to {path}: {_why(exc)}; nothing was done") from exc


def is_stream(path: Path) -> bool:
    """Say whether there is something at the path, perhaps through links, that can only be written into."""
    return (path.exists() and not path.is_file() and not path.is_dir()) or str(path.absolute()).startswith(STREAMS)


def _replace(place: Path, content: bytes) -> None:
    unfinished = place.with_name(place.name + ".part")
    try:
        unfinished.write_bytes(content)
        if place.exists():
            shutil.copymode(place, unfinished)
        unfinished.replace(place)
    except OSError:
        with contextlib.suppress(OSError):
            unfinished.unlink(missing_ok=True)
        raise


def _why(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)
