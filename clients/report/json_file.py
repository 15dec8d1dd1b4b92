"""The report's file."""

from pathlib import Path

import msgspec

from clients.errors import UsageFault
from clients.file_writing import replace_file
from clients.records.flat_record import flatten, unflatten
from clients.report.report import Report


def write_report(report: Report, path: Path) -> None:
    """Replace the file; raises UsageFault."""
    try:
        replace_file(path, msgspec.json.format(msgspec.json.encode(report, enc_hook=flatten), indent=2) + b"\n")
    except UsageFault as exc:
        raise UsageFault(f"{exc}; the replies are in the .jsonl beside it") from exc


def check_writable(path: Path) -> None:
    """See before the first question whether the report can be written, and leave a file that is there as it is; raises UsageFault."""
    is_new = not path.exists()
    try:
        path.open("ab").close()
    except OSError as exc:
        raise UsageFault(f"cannot write the report to {path}: {exc.strerror}; nothing was done") from exc
    if is_new:
        path.unlink()


def read_report(path: Path) -> Report:
    """Read a report that this version can make sense of; raises UsageFault."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Report, dec_hook=unflatten)
    except OSError as exc:
        raise UsageFault(f"cannot read the report {path}: {exc.strerror}") from exc
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as exc:
        raise UsageFault(f"{path} is no report of this battery: {exc}") from exc
