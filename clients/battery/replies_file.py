"""The replies, one JSON object a line, written as they come: what is left when a run is cut short."""

from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

import msgspec

from clients.battery.errors import UsageFault


class RepliesFile:
    """`FILE.jsonl` beside the report; without a report nothing is kept."""

    def __init__(self, report: Path | None) -> None:
        self.path = None if report is None else report.with_name(report.name.removesuffix(".json") + ".jsonl")
        self.num_written = 0
        self._file: BinaryIO | None = None

    def __enter__(self) -> Self:
        """Open the file; raises UsageFault where it cannot be written."""
        if self.path is not None:
            try:
                self._file = self.path.open("wb")
            except OSError as exc:
                raise UsageFault(f"cannot write the replies to {self.path}: {exc.strerror}; nothing was asked") from exc
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._file is not None:
            self._file.close()

    def write(self, line: msgspec.Struct) -> None:
        """Add a line and hand it to the system at once."""
        if self._file is not None:
            try:
                self._file.write(msgspec.json.encode(line) + b"\n")
                self._file.flush()
            except OSError as exc:
                raise UsageFault(f"cannot write on to {self.path}: {exc.strerror}; {self.num_written} replies are in it") from exc
        self.num_written += 1
