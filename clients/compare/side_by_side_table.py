"""The side-by-side at the terminal."""

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from clients.compare.side_by_side import Contrast, SideBySide
from clients.compare.standing import Standing
from clients.report.numerals import write_average, write_average_change, write_change_interval, write_interval, write_p_value, write_share
from scoring.printable import printable


def print_side_by_side(whole: SideBySide, console: Console) -> None:
    """Print both tables and the notes."""
    console.print(_standings_table(whole))
    console.print(_contrasts_table(whole))
    console.print(
        Text(
            f"{printable(whole.scorer)}, {len(whole.probes)} probes; p by sign flips, Holm-corrected over {len(whole.contrasts)}",
            style="dim",
        )
    )
    for note in whole.notes:
        console.print(Text(f"Note: {printable(note)}", style="yellow"))


def _standings_table(whole: SideBySide) -> Table:
    table = _table("side by side")
    table.add_column("rank", justify="right", no_wrap=True)
    table.add_column("subject", overflow="fold")
    has_checks = any(line.num_judged for line in whole.standings)
    for heading in ("average", "95 % interval", "mean rank", "hard flags", *(["passed"] if has_checks else [])):
        table.add_column(heading, justify="right", no_wrap=True)
    for line in whole.standings:
        table.add_row(*_standing_cells(line), *([write_share(line.num_passed, line.num_judged)] if has_checks else []))
    return table


def _standing_cells(line: Standing) -> tuple[str | Text, ...]:
    flagged = Text(write_share(line.num_hard_flagged, line.num_replies), style="bold red" if line.num_hard_flagged else "")
    return (
        str(line.rank),
        printable(line.label),
        write_average(line.avg_lek),
        write_interval(line.interval),
        write_average(line.mean_rank),
        flagged,
    )


def _contrasts_table(whole: SideBySide) -> Table:
    table = _table(f"against {whole.baseline}")
    table.add_column("subject", overflow="fold")
    for heading in ("delta", "95 % interval", "p", "d", "+/-/=", "probes"):
        table.add_column(heading, justify="right", no_wrap=True)
    for contrast in whole.contrasts:
        table.add_row(*_contrast_cells(contrast))
    return table


def _contrast_cells(contrast: Contrast) -> tuple[str | Text, ...]:
    one, difference = contrast.comparison, contrast.comparison.difference
    if difference is None:
        return printable(one.subject), Text("no probe in common", style="red")
    style = ("green" if difference.mean > 0 else "red") if contrast.is_significant else ""
    bounds = write_change_interval(difference.low, difference.high)
    return (
        printable(one.subject),
        Text(write_average_change(difference.mean), style=style),
        bounds,
        Text(write_p_value(contrast.p_value), style="bold" if contrast.is_significant else ""),
        write_average(difference.cohens_d),
        f"{one.improved}/{one.regressed}/{one.unchanged}",
        str(difference.n),
    )


def _table(title: str) -> Table:
    return Table(
        title=Text(printable(title)), title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False
    )
