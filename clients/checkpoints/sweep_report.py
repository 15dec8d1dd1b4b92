"""The report of a sweep over checkpoints, and its file. Its JSON Schema is `docs/checkpoints-report.schema.json`."""

from pathlib import Path

import msgspec

from clients.checkpoints.best import Best
from clients.checkpoints.losses import Losses
from clients.checkpoints.onset import Onset
from clients.checkpoints.step import Measured, StepResult
from clients.checkpoints.training_record import TrainingCounts
from clients.report.provenance import Provenance


class SweepReport(msgspec.Struct, frozen=True, kw_only=True):
    """A training, checkpoint by checkpoint."""

    run: str  # its folder
    server_run: str  # the same, as the server sees it
    is_complete: bool  # False until all is judged: of a sweep that goes on, or was cut short
    duration_s: float
    training: TrainingCounts | None  # as its record has it at the end of the sweep
    base: Measured
    steps: tuple[StepResult, ...]  # in the order of their judging, which is that of the steps
    skipped_steps: tuple[int, ...]  # that newer ones were judged in place of
    best: Best | None
    degeneration: Onset | None  # where it begins
    was_stopped: bool  # the training, for that
    findings: tuple[str, ...]  # in words
    promote_command: str | None
    losses: Losses
    provenance: Provenance  # of the base's replies; the checkpoints were asked alike


def encode_sweep(report: SweepReport) -> bytes:
    """Lay the report out as it is written."""
    return msgspec.json.format(msgspec.json.encode(report), indent=2) + b"\n"


def count_reported(path: Path) -> int | None:
    """Count the replies that a whole sweep's file is of; None for any other file."""
    try:
        report = msgspec.json.decode(path.read_bytes(), type=SweepReport)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    measured = [report.base, *(step.measured for step in report.steps if step.measured is not None)]
    return sum(one.asked - one.failed for one in measured) if report.is_complete else None
