"""The report as Markdown that can be pasted into a paper."""

from collections.abc import Iterator

from clients.report.heading import circumstances, report_title
from clients.report.markdown.comparisons import comparison_section, lone_section
from clients.report.markdown.failures import failure_section
from clients.report.markdown.origin import origin_section, rerun_section
from clients.report.markdown.sweeps import sweep_section
from clients.report.markdown.writing import bullets, escaped
from clients.report.report import Report
from clients.report.summary import reply_lines
from clients.report.sweep import find_sweeps


def render_markdown(report: Report) -> str:
    """Write the page."""
    return "\n\n".join(_paragraphs(report)) + "\n"


def _paragraphs(report: Report) -> Iterator[str]:
    yield f"# {escaped(report_title(report))}"
    yield escaped(circumstances(report)) + ("" if report.is_complete else " **The run was cut short.**")
    yield from origin_section(report)
    for comparison in report.comparisons:
        yield from comparison_section(report, comparison)
    if not report.comparisons:
        yield from lone_section(report)
    for sweep in find_sweeps(report):
        yield from sweep_section(sweep)
    yield from failure_section(report)
    if lines := [escaped(line) for subject in report.subjects for line in reply_lines(subject)]:
        yield bullets(lines)
    if report.notes:
        yield "## Notes"
        yield bullets(map(escaped, report.notes))
    yield from rerun_section(report)
