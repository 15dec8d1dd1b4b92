"""The sweep at the terminal: a line a checkpoint, then what it comes to."""

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from clients.checkpoints.step import Measured, Share, StepResult
from clients.checkpoints.sweep_report import SweepReport
from clients.report.numerals import (
    NO_NUMBER,
    write_average,
    write_average_change,
    write_interval,
    write_p_value,
    write_share,
)
from scoring.printable import printable

MOST_DOUBTS = 6  # that are told one by one; the JSON has them all
HEADINGS = ("step", "score", "95 % interval", "delta", "p", "hard flags", "refused", "loss")


def write_line(measured: Measured, result: StepResult | None = None) -> str:
    """Say in a line what was found of a subject."""
    words = f"{measured.name}: {write_average(measured.avg_lek)}"
    if result is not None and result.delta is not None:
        words += f" ({write_average_change(result.delta.mean)} against the baseline, p = {write_p_value(result.delta.p_value)})"
    failed = f", {measured.failed} failed" if measured.failed else ""
    return f"{words}, {write_count_of(measured.hard_flagged)} with a hard flag, {write_count_of(measured.refused)} refuse{failed}"


def write_count_of(share: Share) -> str:
    """Write a count of replies."""
    return f"{share.count} of {share.num_replies}"


def list_cells(result: StepResult) -> tuple[str, ...]:
    """Write a checkpoint's figures in the order of the headings."""
    measured, delta = result.measured, result.delta
    step = f"{result.step} (final)" if result.is_final else str(result.step)
    if measured is None:
        return (step, *(NO_NUMBER for _ in HEADINGS[1:-1]), _write_loss(result))
    return (
        step,
        write_average(measured.avg_lek),
        write_interval(measured.interval),
        write_average_change(None if delta is None else delta.mean),
        write_p_value(None if delta is None else delta.p_value),
        write_flagged(measured.hard_flagged),
        write_flagged(measured.refused),
        _write_loss(result),
    )


def list_base_cells(base: Measured) -> tuple[str, ...]:
    """Write the baseline's figures in the same order."""
    average, interval = write_average(base.avg_lek), write_interval(base.interval)
    return ("baseline", average, interval, "", "", write_flagged(base.hard_flagged), write_flagged(base.refused), "")


def list_notes(report: SweepReport) -> tuple[str, ...]:
    """List what must be known beside the figures."""
    failed = [f"Step {step.step}: {step.error}" for step in report.steps if step.error is not None]
    doubts = list(dict.fromkeys(words for step in report.steps if step.measured is not None for words in step.measured.doubts))
    samples = report.provenance.samples
    few = ["One sample a probe shows a difference in these replies, not in the models: --samples asks for more."] if samples == 1 else []
    cut_off = [one for one in (report.base, *(step.measured for step in report.steps)) if one is not None and one.cut_off]
    limits = []
    if cut_off:
        most = max(cut_off, key=lambda one: one.cut_off)
        limits.append(
            f"Replies were cut off at their length limit, at {most.name} {most.cut_off} of {most.asked}"
            f" (--max-tokens {report.provenance.sampler.max_tokens})."
        )
    more = [f"And {len(doubts) - MOST_DOUBTS} more of this kind, at later checkpoints."] if len(doubts) > MOST_DOUBTS else []
    return (*failed, *doubts[:MOST_DOUBTS], *more, *few, *limits)


def print_sweep(report: SweepReport, console: Console) -> None:
    """Print the table, what it comes to, and the command that promotes the best one."""
    table = Table(
        title=Text(printable(f"{report.run} against {report.base.name}")),
        title_justify="left",
        title_style="bold",
        box=box.SIMPLE_HEAD,
        padding=(0, 1, 0, 0),
        pad_edge=False,
    )
    for heading in HEADINGS:
        table.add_column(heading, justify="left" if heading == "step" else "right", no_wrap=heading != "hard flags")
    table.add_row(*list_base_cells(report.base), style="dim")
    for step in report.steps:
        table.add_row(*list_cells(step), style=_style(report, step))
    console.print(table)
    for words in report.findings:
        console.print(Text(printable(words)))
    if not report.is_complete:
        console.print(Text("This sweep was cut short: it is over what was judged.", style="bold red"))
    for words in list_notes(report):
        console.print(Text(f"Note: {printable(words)}", style="yellow"))
    if report.promote_command is not None:
        console.print(Text("\nTo put the best one in place, if it passes once more with replies drawn anew:\n"))
        console.print(Text(printable_command(report.promote_command)), soft_wrap=True)


def printable_command(command: str) -> str:
    """Make a command of several lines printable."""
    return "\n".join(map(printable, command.split("\n")))


def write_flagged(share: Share) -> str:
    """Write a count with its share."""
    return NO_NUMBER if not share.num_replies else f"{share.count} ({write_share(share.count, share.num_replies)})"


def _write_loss(result: StepResult) -> str:
    training = result.training
    return NO_NUMBER if training is None or training.final_loss is None else f"{training.final_loss:.3f}"


def _style(report: SweepReport, step: StepResult) -> str:
    if step.measured is None or step.has_more_hard_flags:
        return "red"
    is_best = report.best is not None and (report.best.step, report.best.place) == (step.step, step.place)
    return "bold green" if is_best else ""
