"""The scores of many answers as a table for the terminal."""

from collections.abc import Sequence

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from scoring.printable import printable
from scoring.scores import Scores

TIER_STYLES = {"hard": "bold red", "soft": "yellow"}
MIN_WIDTH = 80


def render_table(rows: Sequence[tuple[str | int, Scores]]) -> str:
    """Render a row an answer, with colours if standard output is a terminal; what is too wide for a cell is folded, never cut."""
    if not rows:
        return "no answers\n"
    console = Console(markup=False, highlight=False)
    console.width = max(console.width, MIN_WIDTH)
    with console.capture() as capture:
        console.print(_table(rows))
        console.print(_summary(rows))
    return capture.get()


def _table(rows: Sequence[tuple[str | int, Scores]]) -> Table:
    pairs = [_dimensions(scores) for _, scores in rows]
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("answer", overflow="fold")
    table.add_column("score", justify="right", no_wrap=True)
    table.add_column("dimensions", overflow="fold", min_width=max(len(pair) for cell in pairs for pair in cell.split(" ")))
    table.add_column("flags", overflow="fold")
    for (answer_id, scores), cell in zip(rows, pairs, strict=True):
        table.add_row(printable(str(answer_id)), f"{scores.lek_score:.12g}", cell, _flags(scores))
    return table


def _summary(rows: Sequence[tuple[str | int, Scores]]) -> str:
    _, first = rows[0]
    mean = sum(scores.lek_score for _, scores in rows) / len(rows)
    num_hard = sum(any(flag.tier == "hard" for flag in scores.degeneration.flags) for _, scores in rows)
    num_answers = "1 answer" if len(rows) == 1 else f"{len(rows)} answers"
    return f"{first.scorer}, version {first.scorer_version}: {num_answers}, mean {mean:.2f}, {num_hard} with a hard flag"


def _dimensions(scores: Scores) -> str:
    """List what is not zero; no blank inside a pair, so that a narrow column breaks between them."""
    return " ".join(f"{name}={value:.12g}" for name, value in scores.heuristic.items() if value)


def _flags(scores: Scores) -> Text:
    return Text("\n").join(Text(printable(str(flag)), style=TIER_STYLES[flag.tier]) for flag in scores.degeneration.flags)
