"""The report as Markdown that can be pasted into a paper."""

from collections.abc import Iterator

from clients.report.heading import write_circumstances, write_title
from clients.report.markdown.comparisons import write_comparison_section, write_lone_section
from clients.report.markdown.failures import write_failure_section
from clients.report.markdown.origin import write_origin_section, write_rerun_section
from clients.report.markdown.sweeps import write_sweep_section
from clients.report.markdown.writing import bullets, escaped
from clients.report.report import Report
from clients.report.summary import write_reply_lines
from clients.report.sweep import find_sweeps


def render_markdown(report: Report) -> str:
    """Write the page."""
    return "\n\n".join(_paragraphs(report)) + "\n"


def _paragraphs(report: Report) -> Iterator[str]:
    yield f"# {escaped(write_title(report))}"
    yield escaped(write_circumstances(report)) + ("" if report.is_complete else " **The run was cut short.**")
    yield from write_origin_section(report)
    for comparison in report.comparisons:
        yield from write_comparison_section(report, comparison)
    if not report.comparisons:
        yield from write_lone_section(report)
    for sweep in find_sweeps(report):
        yield from write_sweep_section(sweep)
    yield from write_failure_section(report)
    if lines := [escaped(line) for subject in report.subjects for line in write_reply_lines(subject)]:
        yield bullets(lines)
    if report.notes:
        yield "## Notes"
        yield bullets(map(escaped, report.notes))
    yield from write_rerun_section(report)
