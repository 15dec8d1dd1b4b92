"""The report as one HTML page that asks for nothing else: style, script and drawings stand in it, and its policy forbids the rest."""

import hashlib
from base64 import b64encode
from pathlib import Path

import msgspec

from clients.report.heading import write_title
from clients.report.html.charts.averages import averages
from clients.report.html.charts.dimension_bars import dimension_bars
from clients.report.html.charts.probe_bars import probe_bars
from clients.report.html.charts.scale_curve import scale_curve
from clients.report.html.charts.score_distribution import score_distribution
from clients.report.html.failures import failure_modes, reply_counts, troubled_replies
from clients.report.html.markup import Markup, element
from clients.report.html.masthead import masthead, notes
from clients.report.html.origin import origin
from clients.report.html.probe_table import probe_tables, spread_table
from clients.report.html.replies import replies
from clients.report.html.verdicts import verdicts
from clients.report.numerals import with_minus_signs
from clients.report.report import Report
from clients.report.sweep import find_sweeps

PAGE_DIR = Path(__file__).parent
MANY_SUBJECTS = 4  # whose replies need the whole width to stand side by side


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """A part of the page under a heading."""

    key: str  # its id
    heading: str
    parts: tuple[Markup | None, ...]
    is_wide: bool = False


def render_html(report: Report) -> str:
    """Write the page."""
    style, script = (Markup((PAGE_DIR / name).read_text(encoding="utf-8")) for name in ("style.css", "script.js"))
    sections = _sections(report)
    contents = element("nav", *(element("a", section.heading, href=f"#{section.key}") for section in sections), aria_label="Contents")
    body = element(
        "body",
        element("a", "Skip to the results", href=f"#{sections[0].key}", class_="skip"),
        masthead(report),
        contents,
        element("main", notes(report), *map(_render, sections)),
        element("footer", element("p", f"Made by candor {report.provenance.candor_version or ''}".rstrip(), ".")),
        element("script", script),
    )
    return f"<!doctype html>\n{element('html', _head(report, style, script), body, lang='en')}\n"


def _head(report: Report, style: Markup, script: Markup) -> Markup:
    policy = f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; base-uri 'none'; form-action 'none'"
    return element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=policy),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("meta", name="referrer", content="no-referrer"),
        element("title", f"{write_title(report)}: probe battery"),
        element("style", style),
    )


def _hash(text: str) -> str:
    return "sha256-" + b64encode(hashlib.sha256(text.encode()).digest()).decode()


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


def _render(section: Section) -> Markup:
    heading_id = f"{section.key}-heading"
    heading = element("h2", section.heading, id=heading_id)
    css_class = "wide" if section.is_wide else None
    return element("section", heading, *section.parts, id=section.key, aria_labelledby=heading_id, class_=css_class)
