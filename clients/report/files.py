"""Everything a report is written to: JSON, Markdown and HTML, each where it is wanted."""

from pathlib import Path
from typing import Protocol

from clients.errors import FileFault
from clients.file_writing import check_writable, replace_file
from clients.records.replies_file import replies_path
from clients.report.html.page import render_html
from clients.report.json_file import write_report
from clients.report.markdown.page import render_markdown
from clients.report.report import Report


class Places(Protocol):
    """The options that say where a report goes; None is nowhere."""

    @property
    def output(self) -> Path | None: ...

    @property
    def markdown(self) -> Path | None: ...

    @property
    def html(self) -> Path | None: ...


def check_places(places: Places, *, with_replies: bool) -> None:
    """See before any work is done that each file can be written, and the replies' beside them; raises UsageFault."""
    for path in (places.output, places.markdown, places.html):
        if path is not None:
            check_writable(path)
    if with_replies and places.output is not None:
        check_writable(replies_path(places.output))


def write_report_files(report: Report, places: Places) -> None:
    """Replace the files that are wanted, each whatever becomes of the others; raises FileFault with all that went wrong."""
    faults = []
    for path, write in ((places.output, write_report), (places.markdown, _write_markdown), (places.html, _write_html)):
        if path is not None:
            try:
                write(report, path)
            except FileFault as exc:
                faults.append(str(exc))
    if faults:
        raise FileFault("; ".join(faults))


def _write_markdown(report: Report, path: Path) -> None:
    replace_file(path, render_markdown(report).encode())


def _write_html(report: Report, path: Path) -> None:
    replace_file(path, render_html(report).encode())
