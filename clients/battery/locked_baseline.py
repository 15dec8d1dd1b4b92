"""A locked baseline: a subject of an earlier report, compared with instead of asked again."""

import hashlib
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

import msgspec

from clients.errors import UsageFault
from clients.probes.probe import Probe
from clients.records.instrument import Instrument
from clients.records.record import Record
from clients.report.json_file import read_report
from clients.report.provenance import LockedFrom, SubjectOrigin
from clients.report.report import Report


class LockedBaseline(msgspec.Struct, frozen=True, kw_only=True):
    """The replies of then, as if they had come now."""

    origin: SubjectOrigin
    records: tuple[Record, ...]


def lock_baseline(place: str, probes: Sequence[Probe], instrument: Instrument) -> LockedBaseline:
    """Take a subject out of a report: `FILE.json#NAME`, or without a name its baseline, or its only subject.

    Raises UsageFault where the report cannot be read or its scores mean something else.
    """
    file, _, name = place.partition("#")
    report = read_report(Path(file))
    subject = _choose(report, file, name or report.subjects[0].name)
    asked_now = {(probe.id, probe.prompt) for probe in probes}
    records = [record for row in report.results if (row.id, row.prompt) in asked_now for record in report.samples(row, subject.name)]
    if faults := tuple(_faults(records, instrument, file)):
        raise UsageFault(f"--baseline {place} cannot be compared with: " + "; ".join(faults))
    return LockedBaseline(origin=_mark(subject, report, file), records=tuple(records))


def rename(locked: LockedBaseline, taken: Collection[str]) -> LockedBaseline:
    """Give the subject another name where one of the others has its name."""
    if locked.origin.name not in taken or locked.origin.locked_from is None:
        return locked
    name = f"{locked.origin.name} ({Path(locked.origin.locked_from.file).name})"
    return LockedBaseline(
        origin=msgspec.structs.replace(locked.origin, name=name),
        records=tuple(record.with_parts(asked=msgspec.structs.replace(record.asked, subject=name)) for record in locked.records),
    )


def _choose(report: Report, file: str, name: str) -> SubjectOrigin:
    for subject in report.provenance.subjects:
        if subject.name == name:
            return subject
    names = ", ".join(subject.name for subject in report.provenance.subjects)
    raise UsageFault(f"{file} holds no subject {name!r}: expected one of {names}")


def _faults(records: Sequence[Record], instrument: Instrument, file: str) -> Iterator[str]:
    if not records:
        yield "it answers none of these probes (ids and prompts must be the same)"
    versions = {record.instrument.detectors_version for record in records} - {instrument.detectors_version}
    for version in sorted(versions):
        yield (
            f"its flags are by detectors of version {version}, and this run's by version {instrument.detectors_version}"
            f" ({_advise(file, instrument)})"
        )
    scorers = {(record.instrument.scorer, record.instrument.scorer_version) for record in records}
    for scorer, version in sorted(scorers - {(instrument.scorer, instrument.scorer_version)}):
        yield (
            f"it is scored by {scorer}, version {version}, and this run by {instrument.scorer}, version {instrument.scorer_version}"
            f" ({_advise(file, instrument)})"
        )


def _advise(file: str, instrument: Instrument) -> str:
    return f"python -m clients.rescore {file} --scorer {instrument.scorer} --output NEW.json scores it anew"


def _mark(subject: SubjectOrigin, report: Report, file: str) -> SubjectOrigin:
    """Say where the subject comes from; a report that was itself made with a locked baseline passes on the first origin."""
    origin = LockedFrom(
        file=file,
        digest="sha256:" + hashlib.sha256(Path(file).read_bytes()).hexdigest(),
        created=report.provenance.created,
        candor_version=report.provenance.candor_version,
    )
    return msgspec.structs.replace(subject, role="baseline", locked_from=subject.locked_from or origin)
