"""Reports of sweeps to write out: an ordinary one, and those that a page must survive."""

import msgspec

from clients.asking.subject import Subject
from clients.checkpoints.best import find_best
from clients.checkpoints.losses import Losses, LossPoint
from clients.checkpoints.onset import find_onset
from clients.checkpoints.step import StepResult, make_share
from clients.checkpoints.sweep_report import SweepReport
from clients.checkpoints.training_record import TrainingCounts
from tests.clients.checkpoints.runs import BASE, failure, result
from tests.clients.samples import ENDPOINT, make_provenance, make_record
from tests.clients.written_reports import HOSTILE

LOSSES = Losses(
    training=tuple(LossPoint(step=step, loss=3 / step) for step in range(1, 41)),
    validation=(LossPoint(step=0, loss=3.5), LossPoint(step=40, loss=0.2)),
)


def ordinary() -> SweepReport:
    """Make a report of three checkpoints: one that helps, one that failed, one that is broken."""
    counts = TrainingCounts(state="running", optimizer_steps=10, rows_trained=40, tokens_trained=1234, epochs=0.5, final_loss=1.25)
    helps = msgspec.structs.replace(result(10, 9, 10, 11, 9, 10, 11), training=counts)
    return _make(helps, failure(20), result(30, -9, -10, -11, -9, -10, -11, flagged=21))


def without_scores() -> SweepReport:
    """Make a report in which no checkpoint could be judged, and nothing was written of the training."""
    return msgspec.structs.replace(_make(failure(1)), losses=Losses(), is_complete=False)


def hostile() -> SweepReport:
    """Make a report whose every text is mark-up."""
    step = msgspec.structs.replace(failure(5), error=HOSTILE, place=HOSTILE, digest=HOSTILE)
    bad = result(9, 1, 1, 1, 1, 1, 1, flagged=9)
    assert bad.measured is not None
    flags = tuple(msgspec.structs.replace(flag, flag=HOSTILE) for flag in bad.measured.hard_flags)
    own = msgspec.structs.replace(bad.measured, name=HOSTILE, hard_flags=flags, doubts=(HOSTILE,))
    report = _make(step, msgspec.structs.replace(bad, measured=own))
    base = msgspec.structs.replace(report.base, name=HOSTILE, scores={HOSTILE: None}, avg_lek=None, refused=make_share(0, 0))
    return msgspec.structs.replace(report, run=HOSTILE, server_run=HOSTILE, base=base, promote_command=HOSTILE, findings=(HOSTILE,))


def _make(*steps: StepResult) -> SweepReport:
    best, onset = find_best(steps), find_onset(BASE, steps)
    subject = Subject(name="base", endpoint=ENDPOINT, model="base")
    return SweepReport(
        run="out/lek",
        server_run="/srv/out/lek",
        is_complete=True,
        duration_s=61.5,
        training=None,
        base=BASE,
        steps=steps,
        skipped_steps=(),
        best=best,
        degeneration=onset,
        was_stopped=False,
        findings=tuple(one.words for one in (best, onset) if one is not None),
        promote_command=None if best is None else "python -m clients.promote \\\n  --path /srv/out/lek/checkpoints/10",
        losses=LOSSES,
        provenance=make_provenance([subject], [make_record(subject="base", model="base")], samples=5),
    )
