"""The report's file."""

from pathlib import Path

import msgspec

from clients.errors import UsageFault
from clients.file_writing import replace_file
from clients.records.flat_record import flatten, unflatten
from clients.report.report import Report
from scoring.scorers import scorer_names


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
        raise UsageFault(f"{path} is no report of this battery: {exc}; {_advise(path)}") from exc


def _advise(path: Path) -> str:
    if path.suffix == ".jsonl":
        return f"python -m clients.rescore {path} --scorer {scorer_names()[0]} --output NEW.json makes one of replies"
    return "expected what --output of clients.battery or clients.rescore has written"
