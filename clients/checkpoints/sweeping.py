"""A sweep over the checkpoints of a training, from its options to its report."""

import asyncio
from collections.abc import Sequence
from time import perf_counter

import msgspec

from clients.asking.channel import Channel, open_channel
from clients.asking.connection import connect
from clients.asking.credentials import Credentials
from clients.battery.battery import Plan, make_plan
from clients.battery.overwriting import check_nothing_is_lost
from clients.checkpoints.best import explain_none, find_best
from clients.checkpoints.judging import COMMAND, Judge
from clients.checkpoints.losses import read_losses
from clients.checkpoints.onset import Onset, explain_blindness, find_onset, is_to_stop
from clients.checkpoints.options import CheckpointOptions
from clients.checkpoints.promote_command import write_promote_command
from clients.checkpoints.run_folder import CHECKPOINTS, Checkpoint, find_final, list_checkpoints
from clients.checkpoints.step import Measured, StepResult
from clients.checkpoints.sweep_files import write_sweep_files
from clients.checkpoints.sweep_report import SweepReport, count_reported
from clients.checkpoints.table import print_sweep, write_line
from clients.checkpoints.training_record import read_record
from clients.checkpoints.watching import Watcher
from clients.errors import ClientError, EndpointFailure, FileFault, Interrupted, Regression, UsageFault
from clients.file_writing import replace_file
from clients.records.replies_file import RepliesFile, replies_path
from clients.report.table import open_console
from clients.telling import tell
from clients.trial.adapter_api import AdapterApi
from clients.trial.sigterm import heed_sigterm

STOP = "stop"  # the file that a training looks for at each step


class Swept(msgspec.Struct, kw_only=True):
    """A sweep as far as it has come."""

    steps: list[StepResult] = []
    skipped: list[int] = []
    was_stopped: bool = False  # the training
    is_whole: bool = True  # the sweep: all that there was is judged
    stopped_by: ClientError | None = None


async def sweep(options: CheckpointOptions) -> None:
    """Judge, print, write. Raises a ClientError; one that comes after the first checkpoint, after the report."""
    output = options.battery.output
    if output is not None and not options.battery.is_resumed:
        check_nothing_is_lost(output, count_reported, overwrites=options.battery.overwrites)
    _check_run(options)
    plan = make_plan(options.battery, command=COMMAND)
    heed_sigterm()
    began_s = perf_counter()
    endpoint, path = options.battery.choice.endpoint, replies_path(output) if output else None
    credentials = options.battery.credentials[endpoint]
    async with (
        connect(endpoint, Credentials(api_key=options.admin_key)) as client,
        open_channel(endpoint, credentials, most_at_once=options.battery.concurrency) as channel,
    ):
        with RepliesFile(path, saved_bytes=plan.saved.size_bytes) as replies:
            judge = Judge(plan, channel, AdapterApi(client), replies, run=options.run, server_run=options.server_run)
            await _begin(options, plan, channel, judge)
            swept = await _judge_all(options, judge, began_s)
    report = _make_report(options, judge, swept, began_s, is_complete=swept.is_whole)
    print_sweep(report, open_console())
    write_sweep_files(report, options.battery)
    _end(options, swept)


def _check_run(options: CheckpointOptions) -> None:
    """See before anybody is asked that there is something to judge; of a training that is followed it may be still to come."""
    if options.watching is not None:
        return
    if not options.run.is_dir():
        raise FileFault(f"there is no folder {options.run}; --follow waits for one")
    listing, final = list_checkpoints(options.run), find_final(options.run)
    steps = [*(one.step for one in listing.checkpoints), *([] if final is None else [final.step])]
    if not steps:
        found = f" ({'; '.join(listing.ignored)})" if listing.ignored else ""
        raise FileFault(
            f"no checkpoint in {options.run}: expected {CHECKPOINTS}/STEP/ as adapters.train writes them, or folders of adapters with"
            f" numbers in their names{found}"
        )
    if missing := [step for step in options.selection.steps if step not in steps]:
        there = ", ".join(map(str, dict.fromkeys(steps)))
        raise UsageFault(f"--steps {', '.join(map(str, missing))}: {options.run} has no such checkpoint, but {there}")


async def _begin(options: CheckpointOptions, plan: Plan, channel: Channel, judge: Judge) -> None:
    """Find the base and ask it, once it is sure that the server sees what there is of the run."""
    listed = await channel.list_models()
    base = options.baseline or next((model.id for model in listed if model.parent is None), None)
    if base is None:
        raise EndpointFailure(f"{channel.root}/models lists no base model: is this a candor server?")
    await judge.check_rights()
    if there := list_checkpoints(options.run).checkpoints:
        wanted = [one for one in there if not options.selection.steps or one.step in options.selection.steps]
        await judge.check_sight((wanted or there)[0])
    tell(COMMAND, f"asking {base}, which all checkpoints are compared with")
    try:
        measured = await judge.ask_base(base)
    except asyncio.CancelledError as exc:
        raise Interrupted(f"interrupted before {base} had answered; {_advise(options)}") from exc
    tell(COMMAND, write_line(measured))


async def _judge_all(options: CheckpointOptions, judge: Judge, began_s: float) -> Swept:
    watcher = Watcher(options.run, options.selection, options.watching)
    swept = Swept(skipped=watcher.skipped)
    try:
        while not swept.was_stopped and (batch := await watcher.wait()):
            await _judge_batch(options, judge, swept, batch, began_s)
    except asyncio.CancelledError:
        swept.is_whole = False
        swept.stopped_by = Interrupted(f"interrupted after {len(swept.steps)} checkpoints, and none stays loaded; {_advise(options)}")
    except ClientError as exc:  # such as a full disk, or a server that has died: what is there is reported
        if not swept.steps:
            raise
        swept.is_whole = False
        tell(COMMAND, f"cut short after {len(swept.steps)} checkpoints; {_advise(options)}")
        swept.stopped_by = exc
    if swept.stopped_by is None and watcher.is_dead:
        assert options.watching is not None
        words = f"nothing has moved in {options.run} for {options.watching.patience_s:g} s"
        tell(COMMAND, f"{words}: the training is taken for dead (--patience-s), and this is what there is")
    if swept.stopped_by is None and not swept.was_stopped and (missing := watcher.find_missing()):
        swept.stopped_by = FileFault(f"--steps {', '.join(map(str, missing))}: no such checkpoint came")
    if swept.stopped_by is None and not swept.steps:
        swept.stopped_by = FileFault(f"no checkpoint came in {options.run}")
    return swept


async def _judge_batch(options: CheckpointOptions, judge: Judge, swept: Swept, batch: Sequence[Checkpoint], began_s: float) -> None:
    for checkpoint in batch:
        result = await judge.judge(checkpoint)
        if result is None:
            tell(COMMAND, f"{options.run} holds what has been judged at its last checkpoint: it is not judged twice")
            continue
        swept.steps.append(result)
        tell(COMMAND, write_line(result.measured, result) if result.measured else f"{checkpoint.name}: NOT JUDGED: {result.error}")
        if options.watching is not None and options.watching.stops_on_degeneration:
            onset = find_onset(judge.base.measured, swept.steps)
            if onset is not None and is_to_stop(onset):
                _stop(options, onset, swept)
                return
        write_sweep_files(_make_report(options, judge, swept, began_s, is_complete=False), options.battery)


def _stop(options: CheckpointOptions, onset: Onset, swept: Swept) -> None:
    swept.was_stopped = True
    record = read_record(options.run)
    if record is not None and record.has_ended:
        tell(COMMAND, f"{onset.words} The training has ended before it could be stopped ({record.state}).")
        return
    place = options.run / STOP
    replace_file(place, f"{onset.words}\n".encode())
    tell(COMMAND, f"{onset.words} The training is told to stop, by {place}.")


def _make_report(options: CheckpointOptions, judge: Judge, swept: Swept, began_s: float, *, is_complete: bool) -> SweepReport:
    base = judge.base
    best, onset = find_best(swept.steps), find_onset(base.measured, swept.steps)
    path = None if best is None else Checkpoint(step=best.step, place=best.place).locate(options.server_run)
    return SweepReport(
        run=str(options.run),
        server_run=options.server_run,
        is_complete=is_complete,
        duration_s=round(perf_counter() - began_s, 3),
        training=read_record(options.run),
        base=base.measured,
        steps=tuple(swept.steps),
        skipped_steps=tuple(swept.skipped),
        best=best,
        degeneration=onset,
        was_stopped=swept.was_stopped,
        findings=_write_findings(base.measured, swept.steps, onset),
        promote_command=None if path is None else write_promote_command(options, path, base.provenance),
        losses=read_losses(options.run),
        provenance=base.provenance,
    )


def _write_findings(base: Measured, steps: Sequence[StepResult], onset: Onset | None) -> tuple[str, ...]:
    best = find_best(steps)
    blindness = explain_blindness(base, steps)
    is_any_judged = any(step.measured is not None for step in steps)
    begins = onset.words if onset is not None else "Degeneration begins at none of these checkpoints." if is_any_judged else None
    return tuple(words for words in (best.words if best else explain_none(base, steps), begins, blindness) if words)


def _end(options: CheckpointOptions, swept: Swept) -> None:
    """Raise what stopped the sweep, or what it found."""
    if swept.stopped_by is not None:
        raise swept.stopped_by
    if reasons := [reason for step in swept.steps for reason in step.gate_reasons]:
        raise Regression("regression: " + "; ".join(reasons))
    if failed := [f"step {step.step}: {step.error}" for step in swept.steps if step.error is not None]:
        raise EndpointFailure(f"{'; '.join(failed).rstrip('.')}. {_advise(options).capitalize()}")


def _advise(options: CheckpointOptions) -> str:
    if options.battery.output is None:
        return "without --output no reply is kept"
    return f"the replies are in {replies_path(options.battery.output)}, and --resume asks for the rest"
