"""The report as one HTML page."""

from pathlib import Path

from clients.report.heading import write_title
from clients.report.html.charts.averages import averages
from clients.report.html.charts.dimension_bars import dimension_bars
from clients.report.html.charts.probe_bars import probe_bars
from clients.report.html.charts.scale_curve import scale_curve
from clients.report.html.charts.score_distribution import score_distribution
from clients.report.html.document import Section, render_document
from clients.report.html.failures import failure_modes, reply_counts, troubled_replies
from clients.report.html.markup import element
from clients.report.html.masthead import masthead, notes
from clients.report.html.origin import origin
from clients.report.html.probe_table import probe_tables, spread_table
from clients.report.html.replies import replies
from clients.report.html.verdicts import verdicts
from clients.report.numerals import with_minus_signs
from clients.report.report import Report
from clients.report.sweep import find_sweeps

SCRIPT_FILE = Path(__file__).parent / "script.js"
MANY_SUBJECTS = 4  # whose replies need the whole width to stand side by side


def render_html(report: Report) -> str:
    """Write the page."""
    return render_document(
        f"{write_title(report)}: probe battery",
        masthead(report),
        notes(report),
        _sections(report),
        version=report.provenance.candor_version,
        script=SCRIPT_FILE.read_text(encoding="utf-8"),
    )


def _sections(report: Report) -> list[Section]:
    """Compose the page, without the sections that would be empty."""
    sweeps = tuple(scale_curve(sweep) for sweep in find_sweeps(report))
    dimensions = element("div", dimension_bars(report), score_distribution(report), class_="pair")
    lines = element("ul", *(element("li", with_minus_signs(line)) for line in report.findings.summary), class_="findings")
    sentences = element("details", element("summary", "The same in sentences"), lines)
    whole = (
        Section(key="results", heading="Results", parts=(averages(report), verdicts(report), sentences)),
        Section(key="scales", heading="Scales", parts=sweeps),
        Section(key="probes", heading="Probes", parts=(probe_bars(report), probe_tables(report), spread_table(report))),
        Section(key="scores", heading="Dimensions and distribution", parts=(dimensions,)),
        Section(key="failures", heading="Failure modes", parts=(failure_modes(report), troubled_replies(report), reply_counts(report))),
        Section(key="replies", heading="Replies", parts=(replies(report),), is_wide=len(report.subjects) >= MANY_SUBJECTS),
        Section(key="origin", heading="Provenance", parts=(origin(report),)),
    )
    return [section for section in whole if section.parts]
