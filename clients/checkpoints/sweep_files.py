"""Everything a sweep is written to: JSON, Markdown and HTML, each where it is wanted."""

from collections.abc import Callable
from pathlib import Path

from clients.checkpoints.markdown import render_markdown
from clients.checkpoints.page import render_page
from clients.checkpoints.sweep_report import SweepReport, encode_sweep
from clients.errors import FileFault
from clients.file_writing import replace_file
from clients.report.files import Places


def write_sweep_files(report: SweepReport, places: Places) -> None:
    """Replace the files that are wanted, each whatever becomes of the others; raises FileFault with all that went wrong."""
    contents: tuple[tuple[Path | None, Callable[[SweepReport], bytes]], ...] = (
        (places.output, encode_sweep),
        (places.markdown, lambda report: render_markdown(report).encode()),
        (places.html, lambda report: render_page(report).encode()),
    )
    faults = []
    for path, render in contents:
        if path is not None:
            try:
                replace_file(path, render(report))
            except FileFault as exc:
                faults.append(str(exc))
    if faults:
        raise FileFault("; ".join(faults))
