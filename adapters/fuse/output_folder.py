"""The folder that a model is written to: made beside its place and put there when it is whole, so that half of one is never seen."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from adapters.command import CommandFault, UsageFault
from adapters.fuse.report import FILE_NAME, FuseReport

SPARE_BYTES = 64 << 20


def check_outside(output: Path, model: Path) -> None:
    """See that nothing is written into the model's own folder. Raises UsageFault."""
    if model.resolve() in output.resolve().parents:
        raise UsageFault(f"--output {output} lies in the model's folder, {model}: give one apart from it")


def check_output(output: Path, *, inputs: tuple[Path, ...], overwrites: bool) -> None:
    """See before any work that a folder may be written there. Raises UsageFault.

    Only what was written here before is ever replaced, and only while nothing else has been put beside it.
    """
    place = output.resolve()
    for one in (path.resolve() for path in inputs):
        if place == one or place in one.parents:
            raise UsageFault(f"--output {output} holds {one}: give a folder apart from model and adapter")
    if output.is_symlink() and not output.exists():
        raise UsageFault(f"--output {output} is a link to nothing: remove it, or give another folder")
    if not place.exists():
        return
    if not place.is_dir():
        raise UsageFault(f"--output {output} is a file: give a folder that is not there yet, or is empty")
    names = {entry.name for entry in place.iterdir()}
    if not names:
        return
    if not overwrites:
        raise UsageFault(f"--output {output} is not empty: give another folder, or --overwrite to replace a model that was fused into it")
    if strangers := sorted(names - _list_own(place)):
        told = ", ".join(strangers[:3]) + (f" and {len(strangers) - 3} more" if len(strangers) > 3 else "")
        raise UsageFault(f"--output {output} holds {told}, which no fusing wrote there, so it is not replaced: give another folder")


@contextmanager
def open_output(output: Path, *, num_bytes: int) -> Iterator[Path]:
    """Give a folder to write into, which takes the place of `output` in the end, or is gone if anything goes wrong.

    Raises CommandFault if the disk has no room for so many bytes, or runs full after all.
    """
    place = output.resolve()
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        if num_bytes + SPARE_BYTES > (free := shutil.disk_usage(place.parent).free):
            raise CommandFault(f"{output} needs {num_bytes >> 20} MiB, and its disk has {free >> 20} MiB left: make room")
        written = Path(tempfile.mkdtemp(prefix=f".{place.name}.", suffix=".writing", dir=place.parent))
    except OSError as exc:
        raise CommandFault(f"{output} cannot be written: {exc.strerror or exc}") from exc
    try:
        yield written
        written.chmod(0o777 & ~_read_umask())
        _put_in_place(written, place)
    except OSError as exc:
        at = f" ({exc.filename})" if exc.filename else ""
        raise CommandFault(f"{output} cannot be written: {exc.strerror or exc}{at}; nothing of it is left") from exc
    finally:
        shutil.rmtree(written, ignore_errors=True)


def _put_in_place(written: Path, place: Path) -> None:
    """Rename the folder; what stood there is renamed away first, and back if that fails."""
    if not place.exists() or not any(place.iterdir()):
        written.rename(place)  # in the place of an empty folder, too
        return
    before = Path(tempfile.mkdtemp(prefix=f".{place.name}.", suffix=".replaced", dir=place.parent))
    place.rename(before)
    try:
        written.rename(place)
    except BaseException:
        before.rename(place)
        raise
    shutil.rmtree(before, ignore_errors=True)


def _list_own(folder: Path) -> set[str]:
    """List what the fusing that wrote a folder put there; nothing where none did."""
    try:
        return set(msgspec.json.decode((folder / FILE_NAME).read_bytes(), type=FuseReport).files)
    except (OSError, ValueError):  # of msgspec too
        return set()


def _read_umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
