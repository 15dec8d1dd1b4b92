"""Before a new run replaces an older one's files: replies that stand in no report must not be lost unasked, and nothing else at all."""

from collections.abc import Callable
from pathlib import Path

import msgspec

from clients.errors import UsageFault
from clients.records.replies_file import read_replies, replies_path
from clients.report.json_file import read_report


def count_whole(output: Path) -> int | None:
    """Count the replies that a whole battery's report is of."""
    try:
        report = read_report(output)
    except UsageFault:
        return None
    return sum(subject.replies.asked - subject.replies.failed for subject in report.subjects) if report.is_complete else None


def check_nothing_is_lost(output: Path, count_reported: Callable[[Path], int | None] = count_whole, *, overwrites: bool = False) -> None:
    """See that each reply in the file beside the report is in that report too, unless it `overwrites`; raises UsageFault.

    A whole run's file may be replaced together with its report. One that was cut short, by a kill or a Ctrl-C, may not, and one that is no
    run's, such as the rows that an adapter was trained on, never. `count_reported` gives the number of replies that a whole report is of,
    and None for all else.
    """
    path = replies_path(output)
    if not path.is_file() or not path.stat().st_size:
        return
    if not _holds_replies(path):
        raise UsageFault(f"{path} is where the replies of {output} go, and holds something else: name another --output")
    if overwrites:
        return
    try:
        num_replies = sum(record.reply.text is not None for record in read_replies(path).records)
    except UsageFault as exc:
        raise UsageFault(f"{path} holds what this version cannot read and a new run would replace: {_advise('')} ({exc})") from exc
    if num_replies and not _is_newer_with(num_replies, count_reported(output), output):
        raise UsageFault(f"{path} holds {num_replies} replies of a run that was cut short: {_advise('--resume goes on with them, ')}")


def _holds_replies(path: Path) -> bool:
    """Say whether the first line was written by a battery, of whatever version, or by one that was killed at it."""
    try:
        with path.open("rb") as file:
            line = file.readline()
    except OSError as exc:
        raise UsageFault(f"cannot read the replies in {path}: {exc.strerror}") from exc
    if not line.endswith(b"\n"):
        return line.startswith(b'{"subject":')
    try:
        first = msgspec.json.decode(line)
    except (ValueError, RecursionError):
        return False
    return isinstance(first, dict) and {"subject", "sample"} <= first.keys()


def _is_newer_with(num_replies: int, num_reported: int | None, output: Path) -> bool:
    """Say whether the report is of that many replies, and not of a run before them."""
    return num_reported is not None and num_reported >= num_replies and output.stat().st_mtime >= replies_path(output).stat().st_mtime


def _advise(resuming: str) -> str:
    return f"{resuming}--overwrite begins anew without them, another --output keeps them"
