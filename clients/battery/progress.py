"""The progress bar on stderr, so that stdout holds the report alone."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from clients.battery.record import Record


@contextmanager
def progress_bar(total: int) -> Iterator[Callable[[Record], None]]:
    """Show a bar; the function it gives counts a reply."""
    columns = (BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("{task.description}", markup=False))
    with Progress(*columns, console=Console(stderr=True)) as progress:
        bar = progress.add_task("asking", total=total)

        def advance(record: Record) -> None:
            progress.update(bar, advance=1, description=f"{record.model}: {record.id}")

        yield advance
