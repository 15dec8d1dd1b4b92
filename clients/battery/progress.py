"""The progress bar on stderr, so that stdout holds the report alone."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Column

from clients.records.record import Record
from clients.report.numerals import write_average
from scoring.printable import printable


class RunningAverages:
    """Each subject's average so far, over the replies that have a score."""

    def __init__(self) -> None:
        self._scores: dict[str, tuple[float, int]] = {}  # sum and number, by subject
        self._num_failed = 0

    def add(self, record: Record) -> None:
        """Count a reply."""
        total, number = self._scores.get(record.asked.subject, (0.0, 0))
        if record.reply.error is not None:
            self._num_failed += 1
        elif record.scored.lek_score is not None:
            self._scores[record.asked.subject] = (total + record.scored.lek_score, number + 1)

    def __str__(self) -> str:
        """Show them in a line."""
        averages = ", ".join(f"{printable(subject)} {write_average(total / number)}" for subject, (total, number) in self._scores.items())
        return averages + (f" ({self._num_failed} failed)" if self._num_failed else "")


@contextmanager
def show_progress(total: int, answered: Sequence[Record]) -> Iterator[Callable[[Record], None]]:
    """Show a bar with the time left and the averages so far, begun with what is answered; the function it gives counts a reply."""
    averages = RunningAverages()
    for record in answered:
        averages.add(record)
    columns = (
        BarColumn(bar_width=20),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.description}", markup=False, table_column=Column(ratio=1, no_wrap=True)),
    )
    with Progress(*columns, console=Console(stderr=True), expand=True) as progress:
        bar = progress.add_task(str(averages), total=total, completed=len(answered))

        def advance(record: Record) -> None:
            averages.add(record)
            progress.update(bar, advance=1, description=str(averages))

        yield advance
