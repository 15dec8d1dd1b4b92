"""The sweep as one HTML page."""

from collections.abc import Iterator
from pathlib import Path

from clients.checkpoints.step import FlagShare, Measured, StepResult
from clients.checkpoints.step_charts import loss_curves, score_curve, share_curves
from clients.checkpoints.sweep_report import SweepReport
from clients.checkpoints.table import HEADINGS, list_base_cells, list_cells, list_notes, write_flagged
from clients.report.html.document import Section, render_document
from clients.report.html.markup import Markup, element, join
from clients.report.html.tables import table
from clients.report.numerals import NO_NUMBER, with_minus_signs, write_average, write_count, write_seconds

STYLE_FILE = Path(__file__).parent / "style.css"


def render_page(report: SweepReport) -> str:
    """Write the page."""
    sections = (
        Section(key="results", heading="Results", parts=(_findings(report), score_curve(report), _figures(report))),
        Section(key="failures", heading="Hard flags and refusals", parts=(share_curves(report), _flags(report))),
        Section(key="losses", heading="Training", parts=(loss_curves(report), _trainings(report))),
        Section(key="probes", heading="Probes", parts=(_probes(report),)),
        Section(key="origin", heading="Provenance", parts=tuple(_origin(report))),
    )
    return render_document(
        f"{report.run}: checkpoint by checkpoint",
        _header(report),
        _notes(report),
        [section for section in sections if any(part is not None for part in section.parts)],
        version=report.provenance.candor_version,
        more_style=STYLE_FILE.read_text(encoding="utf-8"),
    )


def _header(report: SweepReport) -> Markup:
    source = report.provenance
    samples = write_count(source.samples, "sample")
    words = (
        f"{write_count(len(report.steps), 'checkpoint')}, probes {source.probes.name}, {samples}, {source.sampler.words}, {source.scorer}"
    )
    cut_short = None if report.is_complete else element("p", "This sweep is not over, or was cut short.", class_="banner")
    title = element("h1", element("bdi", report.run), element("span", " against ", class_="against"), element("bdi", report.base.name))
    return element(
        "header", element("p", "Checkpoint by checkpoint", class_="overline"), title, element("p", words, class_="lede"), cut_short
    )


def _notes(report: SweepReport) -> Markup | None:
    words = list_notes(report)
    if not words:
        return None
    return element("aside", element("h2", "Read this first"), element("ul", *(element("li", one) for one in words)), class_="notes")


def _findings(report: SweepReport) -> Markup:
    return join(*(element("p", with_minus_signs(words)) for words in report.findings))


def _figures(report: SweepReport) -> Markup:
    rows = [list_base_cells(report.base), *map(list_cells, report.steps)]
    return table("Checkpoints", HEADINGS, ([with_minus_signs(cell) for cell in cells] for cells in rows), css_class="figures")


def _flags(report: SweepReport) -> Markup | None:
    names = list(dict.fromkeys(flag.flag for one in _all_measured(report) for flag in one.hard_flags))
    if not names:
        return element("p", "No reply has a hard flag.")
    rows = ((one.name, *(_flag_cell(one.hard_flags, name) for name in names)) for one in _all_measured(report))
    return table("Hard flags, as replies that raise them", ("subject", *names), rows, css_class="figures")


def _flag_cell(flags: tuple[FlagShare, ...], name: str) -> str:
    return next((write_flagged(flag.replies) for flag in flags if flag.flag == name), "0")


def _trainings(report: SweepReport) -> Markup | None:
    rows = [(f"step {step.step}", *_training_cells(step)) for step in report.steps if step.training is not None]
    if not rows:
        return None
    headings = ("checkpoint", "state", "rows trained", "tokens trained", "epochs", "loss", "validation loss")
    return table("What was done until then, by the records", headings, rows, css_class="figures")


def _training_cells(step: StepResult) -> Iterator[str]:
    counts = step.training
    assert counts is not None
    yield counts.state
    for count in (counts.rows_trained, counts.tokens_trained):
        yield NO_NUMBER if count is None else write_count(count)
    for value in (counts.epochs, counts.final_loss, counts.final_validation_loss):
        yield write_average(value)


def _probes(report: SweepReport) -> Markup:
    rows = (
        (probe, *(with_minus_signs(write_average(one.scores.get(probe))) for one in _all_measured(report))) for probe in report.base.scores
    )
    return table("Mean score by probe", ("probe", *(one.name for one in _all_measured(report))), rows, css_class="figures")


def _origin(report: SweepReport) -> Iterator[Markup]:
    source = report.provenance
    settings = (
        ("Begun", f"{source.created}, {write_seconds(report.duration_s)}"),
        ("Endpoint", source.endpoint),
        ("Run, as the server sees it", report.server_run),
        ("Probes", f"{source.probes.name}, {source.probes.digest}"),
        ("Sampler", source.sampler.words),
        ("Samples", f"{source.samples} a probe, {'no seed' if source.seed is None else f'seed {source.seed}'}"),
        ("Scorer", f"{source.scorer}, version {source.scorer_version}; detectors version {source.detectors_version}"),
        ("candor", source.candor_version or "version unknown"),
    )
    yield element("dl", *(join(element("dt", name), element("dd", value)) for name, value in settings), class_="settings")
    digests = ((f"step {step.step}", step.place or ".", step.digest or NO_NUMBER) for step in report.steps)
    yield table("Contents", ("checkpoint", "folder", "digest"), digests)
    if report.promote_command is not None:
        yield element("h3", "To put the best one in place")
        yield element("pre", element("code", report.promote_command), tabindex=0, role="region", aria_label="Command", class_="command")


def _all_measured(report: SweepReport) -> list[Measured]:
    return [report.base, *(step.measured for step in report.steps if step.measured is not None)]
