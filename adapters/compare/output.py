"""Files that the comparison writes."""

from pathlib import Path

from adapters.command import CommandFault, UsageFault
from adapters.files.file_writing import replace_file

STREAMS = ("/dev/", "/proc/")  # what lies there leads to open files of the process: to replace one would be to write past it


def check_writable(*files: Path | None) -> None:
    """See before any work whether files can be written. Raises UsageFault with all that cannot."""
    faults = []
    for file in files:
        if file is None:
            continue
        if file.is_dir():
            faults.append(f"{file} is a folder, expected a file to write")
        elif not file.absolute().parent.is_dir():
            faults.append(f"there is no folder {file.absolute().parent} to write {file.name} into")
    if faults:
        raise UsageFault("; ".join(faults))


def write_output(file: Path, content: bytes) -> None:
    """Put the content in the file's place as a whole, through links; a pipe or a device is written into. Raises CommandFault."""
    try:
        if (file.exists() and not file.is_file()) or str(file.absolute()).startswith(STREAMS):
            file.write_bytes(content)
        else:
            replace_file(file.resolve(), [content])
    except OSError as exc:
        raise CommandFault(f"{file} cannot be written: {exc.strerror or exc}") from exc
