"""Writes the example reports anew from their saved replies, without asking any model: `python -m tools.example_report`."""

from itertools import chain
from pathlib import Path

import msgspec

from clients.probes.probe import Probe
from clients.records.flat_record import unflatten
from clients.records.record import Record
from clients.report.html.page import render_html
from clients.report.json_file import write_report
from clients.report.markdown.page import render_markdown
from clients.report.provenance import Provenance
from clients.report.report import Report, build_report

EXAMPLE_FILE = Path(__file__).parents[1] / "docs" / "examples" / "report.json"


class SavedRow(msgspec.Struct, frozen=True, kw_only=True):
    """What of a report's row was measured and not computed."""

    id: str
    prompt: str
    domain: str | None
    group: str | None
    baseline_samples: tuple[Record, ...] | None
    trained_samples: tuple[Record, ...]
    other_samples: dict[str, tuple[Record, ...]]


class SavedReport(msgspec.Struct, frozen=True, kw_only=True):
    """What of a report was measured and not computed."""

    results: tuple[SavedRow, ...]
    provenance: Provenance
    duration: float
    is_complete: bool


def build_example() -> Report:
    """Compute the report from what was measured."""
    saved = msgspec.json.decode(EXAMPLE_FILE.read_bytes(), type=SavedReport, dec_hook=unflatten)
    probes = [Probe(id=row.id, prompt=row.prompt, domain=row.domain, group=row.group) for row in saved.results]
    records = [
        record for row in saved.results for record in chain(row.baseline_samples or (), row.trained_samples, *row.other_samples.values())
    ]
    return build_report(records, probes, saved.provenance, duration_s=saved.duration, is_complete=saved.is_complete)


def write_example(folder: Path) -> None:
    """Write the report in its three forms."""
    report = build_example()
    write_report(report, folder / "report.json")
    (folder / "report.md").write_text(render_markdown(report), encoding="utf-8")
    (folder / "report.html").write_text(render_html(report), encoding="utf-8")


if __name__ == "__main__":
    write_example(EXAMPLE_FILE.parent)
