"""An entrant: one subject of one report, under a label that tells it from all others."""

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from clients.errors import UsageFault
from clients.probes.probe import Probe
from clients.records.record import Record
from clients.report.json_file import read_report
from clients.report.outcome import Outcome, gather_outcomes
from clients.report.provenance import SubjectOrigin
from clients.report.report import Report


class SavedReport(msgspec.Struct, frozen=True, kw_only=True):
    """A report as it lies in its file."""

    file: str
    digest: str  # SHA-256 of the file
    report: Report


class Entrant(msgspec.Struct, frozen=True, kw_only=True):
    """A subject with its replies."""

    label: str
    saved: SavedReport
    origin: SubjectOrigin
    probes: tuple[Probe, ...]
    records: tuple[Record, ...]

    def outcomes_of(self, probes: Sequence[Probe]) -> tuple[Outcome, ...]:
        """Give its outcomes on these probes, each of which it was asked."""
        ids = {probe.id for probe in probes}
        return gather_outcomes([record for record in self.records if record.asked.id in ids], probes, self.origin.name)


def read_entrants(files: Sequence[str]) -> tuple[Entrant, ...]:
    """Read every subject of every report; raises UsageFault.

    A locked baseline whose own report is among the files is not listed a second time.
    """
    reports = [_read(file) for file in files]
    found = [(saved, origin) for saved in reports for origin in _own_subjects(saved, {one.digest for one in reports})]
    return tuple(_entrant(label, *one) for label, one in zip(_labels(found), found, strict=True))


def _read(file: str) -> SavedReport:
    report = read_report(Path(file))
    return SavedReport(file=file, digest="sha256:" + hashlib.sha256(Path(file).read_bytes()).hexdigest(), report=report)


def _own_subjects(saved: SavedReport, digests: set[str]) -> Iterator[SubjectOrigin]:
    for origin in saved.report.provenance.subjects:
        if origin.locked_from is None or origin.locked_from.digest not in digests:
            yield origin


def _labels(found: Sequence[tuple[SavedReport, SubjectOrigin]]) -> Iterator[str]:
    """Name each in the shortest form that no other has: subject, file stem and subject, whole path and subject."""
    forms = [(origin.name, f"{Path(saved.file).stem}:{origin.name}", f"{saved.file}:{origin.name}") for saved, origin in found]
    counts = Counter(form for names in forms for form in names)
    for names in forms:
        yield next((form for form in names if counts[form] == 1), names[-1])


def _entrant(label: str, saved: SavedReport, origin: SubjectOrigin) -> Entrant:
    rows = saved.report.results
    records = tuple(record for row in rows for record in saved.report.samples(row, origin.name))
    if all(record.scored.lek_score is None for record in records):
        raise UsageFault(f"{label} in {saved.file} has no score at all: leave the file out, or run its battery again")
    return Entrant(
        label=label,
        saved=saved,
        origin=origin,
        probes=tuple(Probe(id=row.id, prompt=row.prompt, domain=row.domain, group=row.group) for row in rows),
        records=records,
    )
