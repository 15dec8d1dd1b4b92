"""The replies, one JSON object a line, written as they come: what is left when a run is cut short, and what it is taken up from."""

from collections.abc import Iterable
from io import FileIO
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

from clients.errors import FileFault, UsageFault
from clients.file_writing import is_stream, replace_file
from clients.records.flat_record import flatten, unflatten
from clients.records.record import Record


def replies_path(report: Path) -> Path:
    """Name the file beside a report."""
    return report.with_name(report.name.removesuffix(".json") + ".jsonl")


class SavedReplies(msgspec.Struct, frozen=True, kw_only=True):
    """What an earlier run has written."""

    records: tuple[Record, ...] = ()
    size_bytes: int = 0  # of the whole lines


def read_replies(path: Path) -> SavedReplies:
    """Read what is there; raises UsageFault. A last line without an end is what a kill leaves behind: it does not count."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return SavedReplies()
    except OSError as exc:
        raise UsageFault(f"cannot read the replies in {path}: {exc.strerror}") from exc
    whole = content[: content.rfind(b"\n") + 1]
    records = tuple(_read_line(path, number, line) for number, line in enumerate(whole.splitlines(), start=1))
    return SavedReplies(records=records, size_bytes=len(whole))


def write_replies(records: Iterable[Record], path: Path) -> None:
    """Replace the file by replies that are all there; raises FileFault."""
    replace_file(path, b"".join(map(_encode, records)))


class RepliesFile:
    """A file that is written on to; without a path nothing is kept."""

    def __init__(self, path: Path | None, *, saved_bytes: int = 0) -> None:
        """Name the file, of which all but the first `saved_bytes` goes when it is opened."""
        self._path = path
        self._saved_bytes = saved_bytes
        self._file: FileIO | None = None

    def __enter__(self) -> Self:
        """Open the file; raises UsageFault where it cannot be written."""
        if self._path is not None:
            try:
                self._file = self._path.open("ab", buffering=0)  # what could not be written must not be tried again at the end
                if not is_stream(self._path):
                    self._file.truncate(self._saved_bytes)
            except OSError as exc:
                raise UsageFault(f"cannot write the replies to {self._path}: {exc.strerror}; nothing was done") from exc
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._file is not None:
            self._file.close()

    def write(self, record: Record) -> None:
        """Add a line and hand it to the system at once; raises FileFault."""
        if self._file is None:
            return
        left = memoryview(_encode(record))
        try:
            while left:
                left = left[self._file.write(left) or 0 :]
        except OSError as exc:
            raise FileFault(f"cannot write on to {self._path}: {exc.strerror}; what came before is in it") from exc


def _encode(record: Record) -> bytes:
    return msgspec.json.encode(record, enc_hook=flatten) + b"\n"


def _read_line(path: Path, number: int, line: bytes) -> Record:
    try:
        return msgspec.json.decode(line, type=Record, dec_hook=unflatten)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as exc:
        raise UsageFault(f"line {number} of {path} is no reply of this version of the battery: {exc}") from exc
