"""A table of the report, as Markdown."""

from collections.abc import Sequence

import msgspec


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """A heading, a note that says what the columns mean, and cells."""

    heading: str
    note: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def markdown(self) -> str:
        """Render it, the first column to the left and the others to the right."""
        ruled = "|---|" + "---:|" * (len(self.columns) - 1)
        lines = [_line(self.columns), ruled, *map(_line, self.rows)]
        return f"## {self.heading}\n\n{self.note}\n\n" + "\n".join(lines) + "\n"


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
