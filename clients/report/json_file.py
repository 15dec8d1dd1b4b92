"""The report's file."""

from pathlib import Path

import msgspec

from clients.errors import UsageFault
from clients.file_writing import replace_file
from clients.records.flat_record import flatten, unflatten
from clients.report.report import Report


def write_report(report: Report, path: Path) -> None:
    """Replace the file; raises FileFault."""
    replace_file(path, msgspec.json.format(msgspec.json.encode(report, enc_hook=flatten), indent=2) + b"\n")


def read_report(path: Path) -> Report:
    """Read a report that this version can make sense of; raises UsageFault."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Report, dec_hook=unflatten)
    except OSError as exc:
        raise UsageFault(f"cannot read the report {path}: {exc.strerror}") from exc
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as exc:
        raise UsageFault(f"{path} is no report of this battery: {exc}") from exc
