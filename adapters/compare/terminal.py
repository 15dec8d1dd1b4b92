"""The report on a terminal."""

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table
from rich.text import Text

from adapters.compare.report import Report
from adapters.compare.sheets import Sheet, make_sheets

FIRST_COLUMN, COLUMN = 34, 24  # characters that a table should have room for


def open_console(num_adapters: int) -> Console:
    """Open stdout for the tables; a narrower terminal folds their lines, where cutting them would lose a number."""
    return Console(width=max(Console().width, FIRST_COLUMN + COLUMN * num_adapters), highlight=False)


def print_report(report: Report, console: Console) -> None:
    """Print tables, diagnosis and recommendation. Nothing of a file's is read as markup."""
    for sheet in make_sheets(report):
        console.print(_table(sheet))
    for one in report.adapters:
        for note in one.notes:
            console.print(Text(f"{one.name}: {note}", style="dim"))
    console.print(Text("\nDiagnosis", style="bold"))
    for finding in report.findings:
        mark, style = ("! ", "yellow") if finding.weight == "warning" else ("- ", "")
        about = f"{finding.adapter}: " if finding.adapter else ""
        console.print(Text(f"{mark}{about}{finding.text}", style=style))
    recommendation = report.recommendation
    console.print(Text("\nRecommendation", style="bold"))
    console.print(Text(recommendation.text))
    if recommendation.settings:
        console.print(Text(f"\n{recommendation.toml}", style="cyan"), soft_wrap=True, end="")


def _table(sheet: Sheet) -> Table:
    table = Table(
        box=SIMPLE, title=Text(sheet.heading, style="bold"), title_justify="left", caption=Text(sheet.explanation), caption_justify="left"
    )
    table.add_column("")
    for name in sheet.columns:
        table.add_column(Text(name), justify="right", overflow="fold")
    for row in sheet.rows:
        table.add_row(*map(Text, row))
    return table
