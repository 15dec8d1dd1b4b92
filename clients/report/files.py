"""Everything a report is written to: JSON, Markdown and HTML, each where it is wanted."""

from pathlib import Path
from typing import Protocol

from clients.file_writing import replace_file
from clients.records.replies_file import replies_path
from clients.report.html.page import render_html
from clients.report.json_file import check_writable, write_report
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
    """Replace the files that are wanted; raises UsageFault."""
    if places.output is not None:
        write_report(report, places.output)
    if places.markdown is not None:
        replace_file(places.markdown, render_markdown(report).encode())
    if places.html is not None:
        replace_file(places.html, render_html(report).encode())
