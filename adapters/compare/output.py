"""Files that the comparison writes."""

from collections.abc import Sequence
from pathlib import Path

from adapters.base.home import expand_home
from adapters.command import CommandFault, UsageFault
from adapters.files.file_writing import replace_file

STREAMS = ("/dev/", "/proc/")  # what lies there leads to open files of the process: to replace one would be to write past it
OURS = (b'{\n  "format": "candor-adapter-comparison-', b"<!doctype html>")  # what an earlier comparison begins with


def check_writable(*files: Path | None, read: Sequence[str] = ()) -> None:
    """See before any work whether files can be written, none in the place of what is `read`. Raises UsageFault with all that cannot."""
    faults = []
    folders = [place.resolve() for place in map(expand_home, read) if place.is_dir()]
    for file in files:
        if file is None:
            continue
        if file.is_dir():
            faults.append(f"{file} is a folder, expected a file to write")
        elif not file.absolute().parent.is_dir():
            faults.append(f"there is no folder {file.absolute().parent} to write {file.name} into")
        elif file.is_file() and any(file.resolve().is_relative_to(folder) for folder in folders) and not _is_ours(file):
            faults.append(f"{file} belongs to what is compared, and is not replaced: give another file")
    if faults:
        raise UsageFault("; ".join(faults))


def _is_ours(file: Path) -> bool:
    with file.open("rb") as stream:
        return stream.read(100).startswith(OURS)


def write_output(file: Path, content: bytes) -> None:
    """Put the content in the file's place as a whole, through links; a pipe or a device is written into. Raises CommandFault."""
    try:
        if (file.exists() and not file.is_file()) or str(file.absolute()).startswith(STREAMS):
            file.write_bytes(content)
        else:
            replace_file(file.resolve(), [content])
    except OSError as exc:
        raise CommandFault(f"{file} cannot be written: {exc.strerror or exc}") from exc
