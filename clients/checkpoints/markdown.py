"""The sweep as Markdown that can be pasted into a paper."""

from collections.abc import Iterator

from clients.checkpoints.sweep_report import SweepReport
from clients.checkpoints.table import HEADINGS, list_base_cells, list_cells, list_notes
from clients.report.markdown.writing import block, bullets, escaped, table


def render_markdown(report: SweepReport) -> str:
    """Write the page."""
    return "\n\n".join(_paragraphs(report)) + "\n"


def _paragraphs(report: SweepReport) -> Iterator[str]:
    source = report.provenance
    yield f"# {escaped(report.run)} against {escaped(report.base.name)}"
    cut_short = "" if report.is_complete else " **The sweep was cut short.**"
    yield escaped(f"Probes {source.probes.name}, {source.samples} a probe, {source.sampler.words}, {source.scorer}.") + cut_short
    yield table(HEADINGS, (list_base_cells(report.base), *map(list_cells, report.steps)))
    yield bullets(map(escaped, report.findings))
    if notes := list_notes(report):
        yield "## Notes"
        yield bullets(map(escaped, notes))
    if report.promote_command is not None:
        yield "## To put the best one in place"
        yield block(report.promote_command, "sh")
