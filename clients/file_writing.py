"""A file that is replaced as a whole or not at all."""

from pathlib import Path

from clients.errors import UsageFault


def replace_file(path: Path, content: bytes) -> None:
    """Write beside the file and put it in its place; raises UsageFault."""
    unfinished = path.with_name(path.name + ".part")
    try:
        unfinished.write_bytes(content)
        unfinished.replace(path)
    except OSError as exc:
        raise UsageFault(f"cannot write the report to {path}: {exc.strerror}") from exc
